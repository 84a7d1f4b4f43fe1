"""The runner: verdicts and exit codes, predictions that stay, hints, reset, and clear errors."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from workshop.runner.catalogue import find
from workshop.runner.folder import Folder

from .conftest import Call, run_workshop

LAB = find("3")


def put(folder: Folder, text: str) -> Path:
    """Write the learner's policy of lab 3."""
    path = folder.policy(LAB)
    path.write_text(text)
    return path


def put_reference(folder: Folder) -> None:
    shutil.copyfile(LAB.file("reference", "policy.py"), folder.policy(LAB))


def test_the_exit_code_is_the_verdict(folder: Folder, call: Call) -> None:
    """0 passed, 1 not yet, 2 broken; 3 is for measurements that cannot tell."""
    assert call("check", "3").exit_code == 1
    put_reference(folder)
    assert call("check", "3").exit_code == 0
    put(folder, "def is_live(:\n")
    assert call("check", "3").exit_code == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def is_live(:\n", "policy.py, line 1:"),
        ("x = 1\n", "policy.py has no is_live"),
        ("def is_live(a, b, now):\n    return nwo\n", "policy.py, line 2: NameError"),
        ("import nothing_of_that_name\n", "policy.py, line 1: ModuleNotFoundError"),
        ("def is_live(a, b):\n    return True\n", "TypeError"),
        ("raise SystemExit(3)\n", ""),
    ],
)
def test_a_mistake_is_one_clear_line(folder: Folder, call: Call, text: str, said: str) -> None:
    """It names the line and what is wrong there; never a traceback."""
    put(folder, text)
    result = call("check", "3")
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("def is_live(a, b, now):\n    return nwo\n", 2),
        ("\n\ndef is_live(a):\n    return True\n", 3),
        ("\n1 / 0\n", 2),
    ],
)
def test_the_line_is_named_in_the_usual_folder(tmp_path: Path, text: str, line: int) -> None:
    """A folder that is named by a relative path, as my-workshop is."""
    (tmp_path / "mine" / LAB.name).mkdir(parents=True)
    (tmp_path / "mine" / LAB.name / "policy.py").write_text(text)
    done = run_workshop("check", "3", folder=Path("mine"), cwd=tmp_path)
    assert done.returncode == 2
    assert f"policy.py, line {line}: " in done.stdout


def test_what_a_policy_prints_is_shown(folder: Folder, call: Call) -> None:
    """The last lines of it, beside the verdict."""
    put(folder, "def is_live(a, b, now):\n    print('age', now - a)\n    return now < b + 1800\n")
    output = call("check", "3").output
    assert "  print age 0.0\n" in output
    assert output.count("  print ") == 20


def test_a_forgotten_return_is_named(folder: Folder, call: Call) -> None:
    """It is the commonest mistake of all, and has its own sentence."""
    lab = find("4")
    folder.policy(lab).write_text(
        "def credential_at_login(sessions, held, subject):\n    sessions.new_id()\n"
    )
    said = "line 1: credential_at_login returned None: is there a return"
    assert said in call("check", "4").output


def test_without_a_terminal_the_predictions_come_first(folder: Folder, call: Call) -> None:
    """Nobody can be asked: the questions are shown, and neither attack nor check runs."""
    output = call("walk", "--track", "90").output
    assert "# Lab 0" in output
    assert "First: python -m workshop predict 0 --answer second-request=…" in output
    assert not folder.has_seen(find("0"))


def test_the_short_track_has_two_names(call: Call) -> None:
    """`90` and `ninety` are the same seven labs."""
    assert call("list", "--track", "90").output == call("list", "--track", "ninety").output
    assert len(call("list", "--track", "90").output.splitlines()) == 7


def test_a_loop_without_an_end_is_told(
    folder: Folder, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check is a process of its own, and does not wait for ever."""
    monkeypatch.setattr("workshop.runner.judge.LIMIT_S", 3.0)
    put(folder, "def is_live(a, b, now):\n    while True: pass\n")
    result = call("check", "3")
    assert result.exit_code == 2
    assert "policy.py, line 2: the check did not end" in result.output
    assert "is there a loop" in result.output


def test_results_are_in_the_form_of_exercism(folder: Folder, call: Call) -> None:
    """Version 3: status, message, and a test for each finding; kept in result.json too."""
    result = call("check", "3", "--json")
    said = json.loads(result.output)
    assert (said["version"], said["status"], said["verdict"]) == (3, "fail", "fail")
    first = said["tests"][0]
    assert (first["name"], first["status"]) == ("attack: a thief who clicks", "fail")
    assert "Next: " in first["message"]
    assert json.loads((folder.of(LAB) / "result.json").read_text()) == said
    assert "alice > GET" in (folder.of(LAB) / "wire.txt").read_text()


def test_predictions_stay_once_there_is_a_result(folder: Folder, call: Call) -> None:
    """They can be changed before, and not after; a reset begins again."""
    assert call("predict", "3", "--answer", "clicking=never").exit_code == 0
    assert call("predict", "3", "--answer", "clicking=9:30").exit_code == 0
    assert call("predict", "3", "--answer", "instant=no").exit_code == 0
    call("check", "3")
    late = call("predict", "3", "--answer", "clicking=17:00")
    assert late.exit_code == 2
    assert "has a result already" in late.output
    assert folder.predictions(LAB) == {"clicking": "9:30", "instant": "no"}
    call("reset", "3")
    assert folder.predictions(LAB) == {}


def test_an_attack_is_a_result_too(call: Call) -> None:
    """Who has seen it happen predicts nothing."""
    assert call("attack", "3").exit_code == 0
    assert call("predict", "3", "--answer", "clicking=17:00").exit_code == 2


@pytest.mark.parametrize("answer", ["clicking=soon", "nothing=1"])
def test_an_answer_must_be_one(call: Call, answer: str) -> None:
    """An answer that is none of the choices, or to no question, is refused with what there is."""
    result = call("predict", "3", "--answer", answer)
    assert result.exit_code == 2
    assert "workshop: " in result.output


def test_after_a_pass_predictions_meet_what_is_so(folder: Folder, call: Call) -> None:
    """The learner sees both."""
    call("predict", "3", "--answer", "clicking=never", "--answer", "instant=no")
    put_reference(folder)
    output = call("check", "3").output
    assert "17:00 (you said never)" in output
    assert "no (as you said)" in output


def test_hints_come_one_at_a_time(call: Call) -> None:
    """Three rungs; the last one stays."""
    said = [call("hint", "3").output for _ in range(4)]
    assert [text[:11] for text in said] == [
        "Hint 1 of 3",
        "Hint 2 of 3",
        "Hint 3 of 3",
        "Hint 3 of 3",
    ]


def test_the_solution_needs_a_pass_or_a_skip(folder: Folder, call: Call) -> None:
    """Nobody sees it by accident."""
    assert call("solution", "3").exit_code == 2
    assert "min(created_at" in call("solution", "3", "--skip").output
    put_reference(folder)
    call("check", "3")
    assert "min(created_at" in call("solution", "3").output


def test_a_reset_keeps_what_was_written(folder: Folder, call: Call) -> None:
    """The start is back, and the learner's own file beside it."""
    put(folder, "mine = 1\n")
    result = call("reset", "3")
    assert "policy.before-reset.py" in result.output
    assert (folder.of(LAB) / "policy.before-reset.py").read_text() == "mine = 1\n"
    assert folder.policy(LAB).read_text() == LAB.file("start", "policy.py").read_text()


def test_next_goes_on_where_the_learner_is(folder: Folder, call: Call) -> None:
    """The first lab that is not passed; the list shows how far one is."""
    assert "# Lab 0" in call("next").output
    lab = find("0")
    shutil.copyfile(lab.file("reference", "policy.py"), folder.policy(lab))
    call("check", "0")
    assert "# Lab 1" in call("next").output
    assert "pass" in call("list").output.splitlines()[0]


def test_a_lab_that_is_not_there_is_one_line(call: Call) -> None:
    """With the command that shows those that are."""
    result = call("check", "99")
    assert result.exit_code == 2
    assert result.output == (
        "workshop: there is no lab '99'; python -m workshop list shows all 13\n"
    )


def test_the_doctor_says_what_to_do(call: Call) -> None:
    """Here everything is installed; a port that is taken is named with the way round it."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = call("doctor", "--port", str(port))
    assert result.exit_code == 0
    assert f"choose another: WORKSHOP_PORT={port + 1}" in result.output


def test_the_card_quotes_numbers(folder: Folder, call: Call) -> None:
    """Three briefs; a choice without a number against it is told so."""
    assert "against: not named yet" in call("card").output
    lab = find("12")
    shutil.copyfile(lab.file("reference", "policy.py"), folder.policy(lab))
    (folder.path / "my-numbers.toml").write_text(
        "[session-cookie-redis]\nauth_us_cost_p50 = 123.0\n"
    )
    output = call("card").output
    assert "against: auth_us_cost_p50 = 123" in output
    assert "your own runs" in output


def test_it_runs_as_a_process(tmp_path: Path) -> None:
    """With the exit code of the verdict."""
    done = run_workshop("check", "12", folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("Lab 12: Decide\n")
