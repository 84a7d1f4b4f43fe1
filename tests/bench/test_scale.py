"""A tiny run of the scale experiment, and which conditions a plan measures."""

from __future__ import annotations

import io
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from rich.console import Console

from bench.journal import Ending, Order
from bench.plans import FULL, SMOKE, STANDARD
from bench.records import Cell, read_arrays, read_cells, read_run
from bench.run import execute
from bench.scale.chunks import CHUNK, WARM, Timed, measure, wanted
from bench.scale.points import Walk, walks
from demo.auth import Mechanism
from tests.schemes import described

from .waiting import failed_gates

TINY = replace(
    SMOKE,
    name="tiny",
    scale_schemes=(),
    scale_rounds=2,
    scale_calls=60,
    scale_rtts_ms=(0.0, 1.0),
    scale_far_s=0.1,
    scale_populations=(200, 2_000, 1_000_000),
    scale_denied=(300,),
    scale_claims=(0, 5, 20),
    scale_subject_sessions=(1, 7),
    scale_crowds=(100,),
)
SCHEMES = ("session-cookie-memory", "session-cookie-redis", "token-bearer-hs256-denylist-redis")


@pytest.fixture(scope="module")
def ending(tmp_path_factory: pytest.TempPathFactory) -> Ending:
    """One tiny run, scale only, that every test here looks at."""
    order = Order(
        plan=TINY,
        seed=11,
        out=tmp_path_factory.mktemp("generated"),
        schemes=SCHEMES,
        only=["scale"],
    )
    return execute(order, Console(file=io.StringIO()))


@pytest.fixture(scope="module")
def cells(ending: Ending) -> list[Cell]:
    assert (ending.state, ending.reason) == ("complete", "")
    return list(read_cells(ending.folder))


def _along(cells: list[Cell], axis: str, arm: str, condition: str) -> list[float]:
    """The values of *condition* that *arm* was measured at, in one round."""
    return sorted(
        cell.conditions[condition]
        for cell in cells
        if cell.labels.get("axis") == axis and cell.arm == arm and cell.block == 0
    )


def test_every_axis_is_walked(cells: list[Cell]) -> None:
    redis, memory, token = SCHEMES[1], SCHEMES[0], SCHEMES[2]
    assert _along(cells, "population", redis, "population") == [200, 2_000]
    assert _along(cells, "population", memory, "population") == [200, 2_000]
    assert _along(cells, "population", token, "population") == []
    assert _along(cells, "denied", token, "denied") == [300]
    assert _along(cells, "store_rtt", redis, "store_rtt_ms") == [0.0, 1.0]
    assert _along(cells, "store_rtt", memory, "store_rtt_ms") == [0.0]
    assert _along(cells, "claims", memory, "claims") == [0, 5, 20]
    assert _along(cells, "subject_sessions", token, "subject_sessions") == [1, 7]


def test_a_scheme_is_measured_in_every_round(cells: list[Cell]) -> None:
    rounds = {cell.block for cell in cells if cell.measure == "scale" and cell.layer == "hot"}
    assert rounds == {0, 1}


def test_every_cell_says_the_full_point(cells: list[Cell]) -> None:
    for cell in (cell for cell in cells if cell.layer == "hot"):
        assert set(cell.conditions) == {"store_rtt_ms", "population", "denied", "claims"}
        assert cell.labels["role"] in ("fit", "held-out")
        assert failed_gates(cell.gates) == []


def test_calls_and_floors_are_in_the_arrays(ending: Ending, cells: list[Cell]) -> None:
    for cell in (cell for cell in cells if cell.layer == "hot"):
        arrays = read_arrays(ending.folder, cell)
        assert set(arrays) == {"verify_ns", "floor_ns"}
        assert len(arrays["verify_ns"]) == len(arrays["floor_ns"]) >= 20
    for cell in (cell for cell in cells if cell.layer == "revoke_all"):
        assert len(read_arrays(ending.folder, cell)["revoke_all_ns"]) >= 3


def test_a_store_far_away_costs_a_round_trip(ending: Ending, cells: list[Cell]) -> None:
    """One, since one is what every lookup takes; and the run shows how far away it was."""
    for cell in cells:
        if cell.conditions.get("store_rtt_ms") == 1.0 and cell.layer == "hot":
            assert np.median(read_arrays(ending.folder, cell)["verify_ns"]) > 0.85e6
            assert cell.figures["store_reads"] == cell.figures["server_calls"] == 1.0
    distances = [cell for cell in cells if cell.layer == "proxy"]
    assert {cell.conditions["store_rtt_ms"] for cell in distances} == {0.0, 1.0}
    names = {"proxy_rtt_us_p50", "direct_rtt_us_p50", "proxy_added_us_p50"}
    assert all(set(cell.figures) == names for cell in distances)


def test_a_token_grows_with_its_claims_and_a_session_id_does_not(cells: list[Cell]) -> None:
    sizes = {
        (cell.arm, cell.conditions["claims"]): cell.figures["credential_bytes"]
        for cell in cells
        if cell.labels.get("axis") == "claims"
    }
    assert sizes[SCHEMES[1], 0.0] == sizes[SCHEMES[1], 20.0] == 43.0
    assert sizes[SCHEMES[2], 20.0] > sizes[SCHEMES[2], 5.0] > sizes[SCHEMES[2], 0.0]


def test_what_there_is_no_time_for_is_said(ending: Ending) -> None:
    (gate,) = (g for g in read_run(ending.folder).gates if g.name == "scale_left_out")
    assert "session-cookie-redis: population 1,000,000 takes too long" in gate.note
    assert gate.passed


class Counting:
    """Lets everybody in, and counts who was asked about."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def verify(self, credential: str, fresh: bool = False) -> Counting:
        self.asked.append(credential)
        return self

    @property
    def subject(self) -> str:
        return "wrong" if self.asked[-1] == "7" else f"subject of {self.asked[-1]}"


def _timed(calls: int, credentials: int) -> tuple[Counting, Timed]:
    counting = Counting()
    mechanism: Mechanism = counting  # type: ignore[assignment]  # verify is all that is called
    names = [str(number) for number in range(credentials)]
    subjects = [f"subject of {name}" for name in names]
    return counting, Timed(mechanism, None, names, subjects, calls)


def test_each_login_is_looked_up_once() -> None:
    """A second look would find it at hand; so those of the warm-ups are others as well."""
    calls = 2 * CHUNK + 30
    one, first = _timed(calls, wanted(calls))
    other, second = _timed(50, wanted(50))
    measure([first, second], Random(1))
    assert len(one.asked) == len(set(one.asked)) == calls + 3 * WARM
    assert len(other.asked) == len(set(other.asked)) == 50 + WARM
    assert len(first.verify_ns) == calls


def test_a_wrong_answer_is_not_correct() -> None:
    _, timed = _timed(100, 20)
    measure([timed], Random(1))
    assert timed.correct < 100


def _walks(plan: str = "standard") -> dict[tuple[str, str], Walk]:
    chosen = {"standard": STANDARD, "full": FULL}[plan]
    # Made of the same parts, but nobody knows what its store looks like inside.
    foreign = replace(described("session-cookie-redis"), name="x-redis", place="")
    found = walks(chosen, [*map(described, (*SCHEMES, "session-bearer-redis")), foreign])
    return {(walk.scheme, walk.axis): walk for walk in found}


def test_schemes_that_differ_in_transport_alone_are_one() -> None:
    assert ("session-cookie-redis", "claims") in _walks()
    assert ("session-bearer-redis", "claims") not in _walks()


def test_a_strangers_store_is_not_filled() -> None:
    """Nobody knows what is in it; how far away it is can be measured all the same."""
    axes = {axis for scheme, axis in _walks() if scheme == "x-redis"}
    assert axes == {"claims", "store_rtt"}


@pytest.mark.parametrize("plan", ["standard", "full"])
def test_a_cost_model_has_what_to_learn_from_and_what_to_foretell(plan: str) -> None:
    """Ends of an axis are for the fit; one condition inside, and two axes at once, test it."""
    found = _walks(plan)
    for scheme in SCHEMES[1:]:
        for axis, condition in (("store_rtt", "store_rtt_ms"), ("claims", "claims")):
            points = found[scheme, axis].points
            fit = [p.conditions[condition] for p in points if p.role == "fit"]
            held_out = [p.conditions[condition] for p in points if p.role == "held-out"]
            assert len(fit) >= 2
            assert held_out
            assert min(fit) < min(held_out) <= max(held_out) < max(fit)
        both = [p for p in found[scheme, "claims"].points if p.conditions["store_rtt_ms"]]
        assert [p.role for p in both] == ["held-out"]
