"""What the commands say of themselves: uncut, as wide as the terminal, with an example; and what
a wrong name is answered with."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bench.__main__ import main as bench
from bench.nearest import nearest
from demo.__main__ import main as demo
from reports.__main__ import main as reports
from workshop.runner.commands import main as workshop

ROOT = Path(__file__).parents[1]
PROGRAMS: dict[str, click.Command] = {
    "python -m bench": bench,
    "python -m demo": demo,
    "python -m reports": reports,
    "python -m workshop": workshop,
}


def every(context: click.Context) -> Iterator[click.Context]:
    """The command and all below it, each with its context."""
    yield context
    command = context.command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from every(below.context_class(below, info_name=name, parent=context))


@pytest.mark.parametrize("width", [60, 80, 100])
@pytest.mark.parametrize("program", PROGRAMS)
def test_help_is_uncut_and_has_an_example(program: str, width: int) -> None:
    """Of every command, at every width: nothing ends in three dots but what may be repeated."""
    top = click.Context(
        PROGRAMS[program],
        info_name=program,
        terminal_width=width,
        help_option_names=["-h", "--help"],
    )
    for context in every(top):
        said = context.command.get_help(context)
        _, _, after_usage = said.partition("\n\n")
        assert "..." not in after_usage, context.command_path
        assert f"Example: {program}" in " ".join(said.split()), context.command_path
        for summary in summaries(context):
            assert "".join(summary.split()) in "".join(said.split())


def summaries(context: click.Context) -> Iterator[str]:
    """The first sentences of the commands of a group."""
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            below = context.command.get_command(context, name)
            assert below is not None
            yield below.get_short_help_str(10_000)


@pytest.mark.parametrize(
    ("program", "typed", "meant"),
    [
        ("python -m bench", "verfy", "verify"),
        ("python -m bench", "league ad", "add"),
        ("python -m bench", "run --plan smok", "smoke"),
        ("python -m bench", "run --plna smoke", "--plan"),
        ("python -m bench", "run --only lokup", "lookup"),
        ("python -m bench", "mistakes --only closed-lop", "closed-loop"),
        ("python -m demo", "--scheme session-cookie-memroy", "session-cookie-memory"),
        ("python -m demo", "--preset owasp-low", "owasp-low-risk"),
        ("python -m reports", "advise --verifier", "--verifier"),
        ("python -m reports", "rendr latest", "render"),
        ("python -m workshop", "wlk", "walk"),
        ("python -m workshop", "walk --track halfday", "half-day"),
    ],
)
def test_a_wrong_name_is_answered_by_the_nearest(program: str, typed: str, meant: str) -> None:
    """In one line, whatever kind of name it is; nothing is run."""
    done = CliRunner().invoke(PROGRAMS[program], typed.split(), prog_name=program)
    assert done.exit_code == (1 if "--scheme" in typed else 2), done.output
    assert meant in done.output.strip().splitlines()[-1]


def test_a_name_that_is_near_none_gets_the_list() -> None:
    """So that there is always something to type next."""
    assert nearest("zzz", ["smoke", "full"]) == "there are smoke, full"
    assert nearest("smok", ["smoke", "full"]) == "did you mean smoke?"


def test_a_run_is_suggested_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where reports and audit look for one."""
    from audit import raw
    from bench.records import file

    run = tmp_path / "2026-11-28T05-46-31Z-full"
    run.mkdir()
    (run / file.FILE).touch()
    monkeypatch.setattr(file, "GENERATED", tmp_path)
    monkeypatch.setattr(raw, "GENERATED", tmp_path)
    with pytest.raises(file.NotARun, match=f"did you mean {run.name}"):
        file.find_run("2026-11-28T05-46-31Z-ful")
    with pytest.raises(raw.Unreadable, match=f"did you mean {run.name}"):
        raw.find("2026-11-28T05-46-31Z-ful")


def make(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "-f", str(ROOT / "Makefile"), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_lists_eight_targets_for_users_first() -> None:
    """Then, under a line of their own, those for work on the project."""
    users, _, others = make().stdout.partition("For work on the project itself:\n")
    assert [line.split()[1] for line in users.splitlines()] == [
        *("bench", "report", "compare", "verify", "demo", "workshop", "test", "check")
    ]
    assert " make site " in others


def test_make_compare_without_runs_installs_nothing(tmp_path: Path) -> None:
    """It says in one line what is missing."""
    done = make("compare", "A=one", folder=tmp_path)
    assert done.returncode == 2
    assert "make compare A=<run> B=<run>" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_example_has_the_name_that_the_program_was_called_by() -> None:
    """The commands are there once, and may be asked under one name after another."""
    for name in ("bench", "python -m bench"):
        verify = bench.get_command(click.Context(bench, info_name=name), "verify")
        assert verify is not None
        assert verify.epilog == f"Example: {name} verify latest"
