"""The history checker against a second, slower reading of the same rules."""

import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from bench.__main__ import main as bench_main
from bench.records import FILE, Cell, write_cell
from bench.revocation import history
from bench.revocation.history import (
    Finding,
    Probe,
    Revoke,
    check,
    main,
    refuse_nonsense,
    upper_limit,
)

REVOKE = Revoke(invoke_ns=1_000, ack_ns=1_100)


def probe(invoke: int, status: int, *, node: int = 0, trial: int = 0) -> Probe:
    return Probe(trial, node, invoke, invoke + 10, status)


def found(*probes: Probe, bound_ns: int = 0) -> Finding:
    return check(probes, [REVOKE], bound_ns)[0]


def test_refused_from_the_ack_on_is_a_window_of_zero() -> None:
    """A node that never accepts after the ack has a window of 0, and is named."""
    result = found(probe(900, 200), probe(1_105, 401), probe(900, 200, node=1))
    assert result.window_ns == {0: 0, 1: 0}
    assert result.late_accepts == 0


def test_the_window_ends_with_the_last_accept_invoked_after_ack() -> None:
    """The widest window over the nodes is the trial's."""
    result = found(
        probe(1_150, 200), probe(1_400, 200), probe(1_500, 401), probe(1_200, 200, node=1)
    )
    assert result.window_ns == {0: 300, 1: 100}
    assert result.window_ms == 300 / 1e6


def test_an_accept_under_way_at_the_ack_is_no_window() -> None:
    """A probe invoked before the ack may be accepted after it: the two were concurrent."""
    assert found(probe(1_095, 200)).window_ns == {0: 0}


def test_an_accept_after_the_bound_is_late() -> None:
    """Accepts inside the claimed bound are no break of the claim."""
    result = found(probe(1_150, 200), probe(1_301, 200), probe(1_400, 401), bound_ns=200)
    assert (result.late_accepts, result.probes_after_bound) == (1, 2)


def test_a_reject_then_an_accept_is_a_resurrection() -> None:
    """Each return from the dead counts once, at the node where it was seen."""
    back = [probe(1_200, 401), probe(1_300, 200), probe(1_400, 200), probe(1_500, 401)]
    assert found(*back, probe(1_600, 200)).resurrections == 2
    assert found(probe(1_200, 401), probe(1_300, 200, node=1)).resurrections == 0


def test_a_reject_before_the_revocation_is_false() -> None:
    """And no resurrection: nothing was revoked yet."""
    result = found(probe(100, 401), probe(200, 200))
    assert (result.false_rejects, result.resurrections) == (1, 0)


def test_an_error_is_no_refusal() -> None:
    """A node that answers 500 once the bound is over has not refused, and is told apart."""
    result = found(probe(1_150, 500), probe(1_301, 500), probe(1_302, 401, node=1), bound_ns=200)
    assert (result.unrefused, result.broken) == ({0}, set())


def test_an_outage_now_and_then_is_the_machines() -> None:
    """While a node that answers 503 or nothing more often than it refuses refuses nobody."""
    now_and_then = [probe(1_301, 401), probe(1_320, 503), probe(1_340, 401)]
    assert found(*now_and_then).unrefused == set()
    assert found(*now_and_then, probe(1_360, 0), probe(1_380, 0)).unrefused == {0}


def test_errors_are_neither_accepts_nor_rejects() -> None:
    """A store that is down neither lets in nor logs out."""
    result = found(probe(100, 503), probe(1_200, 401), probe(1_300, 503), probe(1_400, 0))
    assert (result.errors, result.false_rejects, result.resurrections) == (3, 0, 0)


def brute_force(probes: list[Probe], revoke: Revoke, bound_ns: int) -> tuple[object, ...]:
    """The rules read one at a time, each over the whole history."""
    accepts = [p for p in probes if p.status == 200]
    rejects = [p for p in probes if p.status == 401]
    late = [p for p in accepts if p.invoke_ns > revoke.ack_ns + bound_ns]
    after = [p for p in accepts + rejects if p.invoke_ns > revoke.ack_ns + bound_ns]
    windows = {
        node: max(
            [
                p.invoke_ns - revoke.ack_ns
                for p in accepts
                if p.node == node and p.invoke_ns > revoke.ack_ns
            ],
            default=0,
        )
        for node in {p.node for p in probes}
    }
    returns = 0
    for node in {p.node for p in probes}:
        answered = [p for p in probes if p.node == node and p.status in (200, 401)]
        pairs = pairwise(answered)
        returns += sum(
            a.status == 401 and b.status == 200 and a.complete_ns >= revoke.invoke_ns
            for a, b in pairs
        )
    false = [p for p in rejects if p.complete_ns < revoke.invoke_ns]
    return windows, len(late), len(after), returns, len(false), len(probes) - len(accepts + rejects)


@st.composite
def histories(draw: st.DrawFn) -> list[Probe]:
    """Probes of two trials at three nodes, each node's in order and one at a time."""
    probes = []
    for trial in range(2):
        for node in range(3):
            now = 0
            for _ in range(draw(st.integers(0, 12))):
                invoke = now + draw(st.integers(0, 300))
                now = invoke + draw(st.integers(0, 300))
                status = draw(st.sampled_from([200, 200, 401, 401, 503]))
                probes.append(Probe(trial, node, invoke, now, status))
    return sorted(probes, key=lambda p: p.invoke_ns)


@given(histories(), st.integers(0, 1_500), st.integers(0, 400), st.integers(0, 800))
def test_agrees_with_the_rules_read_one_at_a_time(
    probes: list[Probe], invoke: int, took: int, bound_ns: int
) -> None:
    """One pass finds what one pass for each rule finds, whatever the history."""
    revoke = Revoke(invoke, invoke + took)
    for trial, result in enumerate(check(probes, [revoke, revoke], bound_ns)):
        mine = [p for p in probes if p.trial == trial]
        seen = (
            result.window_ns,
            result.late_accepts,
            result.probes_after_bound,
            result.resurrections,
            result.false_rejects,
            result.errors,
        )
        assert seen == brute_force(mine, revoke, bound_ns)


def save(folder: Path, *probes: Probe, bound_ms: float = 0.0, name: str = "0001-x") -> Path:
    """Record these probes as a cell of a run, and return its file."""
    columns = zip(Probe._fields, zip(*probes, strict=True), strict=True)
    arrays = {field: np.array(column) for field, column in columns}
    arrays["trial_invoke_ns"] = np.array([REVOKE.invoke_ns])
    arrays["trial_ack_ns"] = np.array([REVOKE.ack_ns])
    figures = {"claimed_bound_ms": bound_ms}
    write_cell(folder, Cell(id=name, measure="revocation", arm="x", figures=figures), arrays)
    return folder / FILE


BROKEN = (probe(900, 200), probe(1_300, 200), probe(1_500, 401))


def test_a_recorded_cell_is_checked_from_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sceptic runs the checker alone; an accept after the claimed bound is its exit status."""
    path = str(save(tmp_path, *BROKEN))
    assert main([path, "0001-x"]) == 1
    assert "late accepts 1 of 2" in capsys.readouterr().out
    assert main([path, "0001-x", "1"]) == 0
    assert main([path, "0002-y"]) == 2
    assert "there is no revocation 0002-y" in capsys.readouterr().err


def test_the_checker_needs_numpy_and_nothing_of_this_project(tmp_path: Path) -> None:
    """It can be copied to where only the file of a run is."""
    path = save(tmp_path / ".", *BROKEN)
    shutil.copy(str(history.__file__), tmp_path / "history.py")
    command = [sys.executable, "-I", str(tmp_path / "history.py"), str(path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("0001-x: bound 0 ms: 1 of 1 node-revocations broken")


@pytest.mark.parametrize("content", [b"", b"nonsense", b"SQLite format 3\x00 damaged"])
def test_what_is_no_recorded_cell_is_said_in_one_line(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A damaged or foreign file is named, without a traceback."""
    (tmp_path / FILE).write_bytes(content)
    assert main([str(tmp_path / FILE)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_node_that_breaks_its_bound_is_named() -> None:
    """By a late accept, or by an accept after a reject; each node counts once a revocation."""
    late = found(probe(1_301, 200), probe(1_400, 200), probe(1_400, 401, node=1), bound_ns=200)
    assert late.broken == {0}
    back = found(probe(1_120, 401, node=2), probe(1_140, 200, node=2), bound_ns=200)
    assert back.broken == {2}
    assert found(probe(1_250, 200), probe(1_400, 401), bound_ns=200).broken == set()


@pytest.mark.parametrize(
    ("probes", "revoke", "said"),
    [
        ([Probe(0, 0, 20, 10, 200)], REVOKE, "row 0: answered before it was asked"),
        ([Probe(0, 0, 0, 10, 200), Probe(0, 0, 9, 20, 200)], REVOKE, "row 1: asked before"),
        ([Probe(1, 0, 0, 10, 200)], REVOKE, "row 0: there is no trial 1"),
        ([Probe(-1, 0, 0, 10, 200)], REVOKE, "row 0: there is no trial -1"),
        ([], Revoke(1_100, 1_099), "trial 0: acknowledged before"),
    ],
)
def test_what_cannot_have_happened_is_no_history(
    probes: list[Probe], revoke: Revoke, said: str
) -> None:
    """A checker that took it would find whatever one likes."""
    with pytest.raises(ValueError, match=said):
        refuse_nonsense(probes, [revoke])


def test_lines_may_interleave() -> None:
    """One request at a time at each node, and any number of nodes."""
    refuse_nonsense([Probe(0, 0, 0, 10, 200), Probe(0, 1, 5, 15, 200), Probe(0, 0, 10, 20, 200)],
                    [REVOKE])  # fmt: skip


@pytest.mark.parametrize(
    ("broken", "of"), [(0, 1), (0, 299), (1, 300), (3, 10), (299, 300), (300, 300)]
)
def test_the_limit_is_that_of_clopper_and_pearson(broken: int, of: int) -> None:
    """One-sided, 95 %: the quantile of a beta distribution."""
    expected = 1.0 if broken == of else beta.ppf(0.95, broken + 1, of - broken)
    assert upper_limit(broken, of) == pytest.approx(expected, rel=1e-9)


def test_none_of_299_is_under_one_percent() -> None:
    assert upper_limit(0, 299) < 0.01 < upper_limit(0, 298)


def test_the_command_takes_the_bound_that_was_recorded(tmp_path: Path) -> None:
    """Unless another is given; its exit status says whether every bound was kept."""
    save(tmp_path, *BROKEN, bound_ms=1.0)
    run = CliRunner().invoke
    kept = run(bench_main, ["check-history", str(tmp_path)])
    assert kept.exit_code == 0
    assert "bound 1 ms: 0 of 1 node-revocations broken; at most 95.00%" in kept.output
    assert "trial 0" not in kept.output
    assert run(bench_main, ["check-history", str(tmp_path), "--bound-ms", "0"]).exit_code == 1
    save(tmp_path, *BROKEN, bound_ms=0.0, name="0002-y")
    broken = run(bench_main, ["check-history", str(tmp_path)])
    assert broken.exit_code == 1
    assert "trial 0: node 0 accepted 0.0 ms after the acknowledgement" in broken.output
    one = run(bench_main, ["check-history", str(tmp_path), "--cell", "0001-x"])
    assert (one.exit_code, one.output.count("trial 0: window")) == (0, 1)


def test_the_command_refuses_what_is_no_history(tmp_path: Path) -> None:
    write_cell(tmp_path, Cell(id="1", measure="payload", arm="x"))
    result = CliRunner().invoke(bench_main, ["check-history", str(tmp_path)])
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert "has no recorded revocation to check" in result.output
    absent = CliRunner().invoke(bench_main, ["check-history", str(tmp_path / "absent")])
    assert (absent.exit_code, absent.output.count("\n")) == (2, 1)
    assert "absent" in absent.output
