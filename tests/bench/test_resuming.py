from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import msgspec
import psutil
import pytest
from msgspec.structs import replace

from bench.environment import SOURCES
from bench.ledger import Ledger
from bench.plans import SMOKE
from bench.processes.children import ROOT, BenchError
from bench.records import (
    FILE,
    Arm,
    Cell,
    Environment,
    Part,
    Recorded,
    RecordError,
    Run,
    read_all,
    read_cells,
    read_environment,
    read_parts,
    read_run,
    write_cell,
    write_environment,
    write_run,
)
from bench.resuming import order_of
from tests.altering import asked

# Two blocks of requests and six of the hot loop, in seeded order, and one revocation in between:
# no block is more than a third of them, so one is left for the end. Some twenty seconds in all.
MEASURE = """
import sys
from dataclasses import replace
from pathlib import Path
from rich.console import Console
from bench.journal import Order
from bench.plans import SMOKE
from bench.processes.children import BenchError
from bench.resuming import order_of
from bench.run import execute

tiny = replace(
    SMOKE, name="tiny", blocks=2, block_s=1.0, warm_s=0.2, rate_limit=150.0, hot_blocks=6,
    high_blocks=0, hot_pool=100, hot_calls=100, revocation_trials=1,
    revocation_trials_adversarial=0, revocation_key_trials=0,
    revocation_watch_s=0.0,
)
folder = Path(sys.argv[1])
if sys.argv[2:]:
    order = order_of(folder, None, None)
else:
    order = Order(
        plan=tiny, seed=3, out=folder, schemes=["session-cookie-sqlite"],
        only=["lookup", "revocation"],
    )
try:
    ending = execute(order, Console())
except BenchError as exc:
    sys.exit(str(exc))
sys.exit(f"{ending.state}: {ending.reason}" if ending.exit_code else 0)
"""


def _start(program: Path, *arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MEASURE, *map(str, arguments)],
        cwd=program,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _finished(out: Path) -> int:
    try:
        return sum(len(read_parts(path.parent)) for path in out.glob(f"*/{FILE}"))
    except RecordError:
        return 0  # it is being made


def _kept(folder: Path) -> list[tuple[object, ...]]:
    """All that was saved of finished parts."""
    sql = "SELECT cells.*, name, data FROM cells LEFT JOIN samples ON cell = id WHERE part NOT NULL"
    return asked(folder, f"{sql} ORDER BY id, name")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program: somebody at work on this one would make it another than before."""
    copy = tmp_path_factory.mktemp("program")
    for package in SOURCES:
        shutil.copytree(ROOT / package, copy / package)
    return copy


@pytest.fixture(scope="module")
def killed(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose bench was ended by kill -9 after some of its parts; nothing of it runs on."""
    out = tmp_path_factory.mktemp("runs")
    bench = _start(program, out)
    deadline = time.monotonic() + 60
    try:
        while _finished(out) < 3:
            assert bench.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.02)
        family = psutil.Process(bench.pid).children(recursive=True)
    finally:
        bench.kill()
        bench.communicate()
    psutil.wait_procs(family, timeout=10)
    (folder,) = (path for path in out.iterdir() if path.is_dir() and not path.is_symlink())
    return folder


def test_a_run_killed_and_gone_on_with_is_complete_and_measures_nothing_twice(
    program: Path, killed: Path
) -> None:
    before = _kept(killed)
    write_cell(killed, Cell(id="0099-half", measure="lookup", layer="span", arm="control"))

    again = _start(program, killed, "resume")
    output, _ = again.communicate(timeout=120)

    assert again.returncode == 0, output
    run = read_run(killed)
    assert (run.state, len(run.resumed_at), run.seed) == ("complete", 1, 3)
    assert before
    assert set(before) <= set(_kept(killed)), "what was finished was not kept"
    cells = read_cells(killed)
    assert "0099-half" not in {cell.id for cell in cells}
    looked = [cell for cell in cells if cell.measure == "lookup"]
    counted = Counter((cell.layer, cell.block, cell.arm) for cell in looked)
    assert set(counted.values()) == {1}
    assert counted.keys() >= {
        (layer, block, arm)
        for block in (0, 1)
        for layer, arm in (("hot", "session-cookie-sqlite"), ("span", "control-again"))
    }
    assert all(arrays for cell, arrays in read_all(killed) if cell.measure == "lookup")
    (revoked_at,) = {cell.started_at for cell in cells if cell.measure == "revocation"}
    looked_at = [cell.started_at for cell in looked]
    assert min(looked_at) < revoked_at < max(looked_at), "lookup lies all over the run"
    refused = [gate for gate in run.gates if gate.name == "tampered_refused"]
    assert [gate.passed for gate in refused] == [True]
    of_the_run = Counter(gate.name for gate in run.gates)
    assert of_the_run["blocks_repeated"] == of_the_run["steal"] == 1
    assert not list(killed.glob(f"{FILE}?*")), "at rest the records are one file"


@pytest.fixture
def interrupted(tmp_path: Path) -> Path:
    """A run of the smoke plan that was stopped; only what `order_of` looks at."""
    run = Run(
        name="r",
        plan="smoke",
        seed=5,
        started_at=1.0,
        state="interrupted",
        blocks=4,
        arms=[Arm(name="control", scheme="control")],
        settings={"plan": asdict(SMOKE), "experiments": ["lookup"]},
    )
    write_run(tmp_path, run)
    return tmp_path


def _edit(folder: Path, **changes: object) -> None:
    write_run(folder, replace(read_run(folder), **changes))


def test_the_order_is_the_runs(interrupted: Path) -> None:
    order = order_of(interrupted, "redis://other", None)
    assert (order.plan, order.seed, order.only) == (SMOKE, 5, ["lookup"])
    assert (order.schemes, order.redis_url) == (["control"], "redis://other")


def test_a_complete_run_has_nothing_left(interrupted: Path) -> None:
    _edit(interrupted, state="complete")
    with pytest.raises(BenchError, match="complete"):
        order_of(interrupted, None, None)


def test_a_plan_that_has_changed_since_is_refused(interrupted: Path) -> None:
    plan = asdict(SMOKE) | {"blocks": 5}
    _edit(interrupted, settings={"plan": plan, "experiments": ["lookup"]})
    with pytest.raises(BenchError, match=r"plan smoke has changed since \(blocks\)"):
        order_of(interrupted, None, None)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("commit",), "0" * 40, "the commit, from 000000000000"),
        (("settings", "source_sha256"), "other", "the program text, though not the commit"),
        (("machine", "cpu"), "Abacus", "the machine's cpu, from Abacus"),
        (("versions", "flask"), "0.1", "flask, from 0.1"),
    ],
)
def test_what_figures_depend_on_may_not_have_changed(
    program: Path, killed: Path, path: tuple[str, ...], value: str, said: str
) -> None:
    """The run stays as it was, and can go on elsewhere."""
    # Not with the other test's ending: this one is refused before anything is measured.
    _edit(killed, state="interrupted")
    before, environment = read_run(killed), read_environment(killed)
    changed = msgspec.to_builtins(environment)
    inner = changed if len(path) == 1 else changed[path[0]]
    inner[path[-1]] = value
    write_environment(killed, msgspec.convert(changed, Environment))
    try:
        again = _start(program, killed, "resume")
        output, _ = again.communicate(timeout=60)
    finally:
        write_environment(killed, environment)
    assert again.returncode == 1
    assert said in output
    assert read_run(killed) == before


def test_two_cannot_measure_one_run(tmp_path: Path) -> None:
    with Ledger(tmp_path), pytest.raises(BenchError, match="is being measured right now"):
        Ledger(tmp_path)


def test_a_finished_part_is_known_to_whoever_goes_on(tmp_path: Path) -> None:
    one, other = (Cell(id=id_, measure="lookup", arm="a") for id_ in ("0001-a", "0012-b"))
    with Ledger(tmp_path) as ledger:
        assert ledger.highest_number() == 0
        ledger.add(Part(name="lookup/0"), [Recorded(one, {})])
    with Ledger(tmp_path) as ledger:
        assert (ledger.has("lookup/0"), ledger.has("lookup/1")) == (True, False)
        ledger.add(Part(name="lookup/2"), [Recorded(other, {})])
    with Ledger(tmp_path) as ledger:
        assert [part.name for part in ledger.parts] == ["lookup/0", "lookup/2"]
        assert ledger.highest_number() == 12


def test_a_file_that_is_damaged_is_named_to_whoever_would_go_on(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"nothing of the kind")
    with pytest.raises(BenchError, match=r"records\.sqlite is no SQLite file"):
        Ledger(tmp_path)


def test_a_lock_goes_with_the_process_that_held_it(tmp_path: Path) -> None:
    """Even one that was ended by kill -9."""
    code = (
        "import sys, time; from pathlib import Path; from bench.ledger import Ledger; "
        "held = Ledger(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BenchError, match="right now"):
            Ledger(tmp_path)
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.communicate()
    Ledger(tmp_path).close()
