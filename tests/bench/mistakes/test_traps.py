from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.mistakes import traps
from bench.mistakes.shown import Shown, Way
from bench.mistakes.stage import SCHEMES, Stage
from bench.mistakes.traps import closed_loop, phase_lock, rounding, saturation, unchecked
from bench.nodes import start_nodes
from bench.processes.placement import place
from bench.services import Services


@pytest.fixture(scope="module")
def stage(services: Services) -> Iterator[Stage]:
    """A real node; the load comes from real Locust processes."""
    placement = place()
    with (
        start_nodes(
            1,
            SCHEMES,
            store_urls=services.store_urls,
            keys_file=services.keys_file,
            folder=services.folder,
        ) as nodes,
        pytest.MonkeyPatch.context() as patch,
    ):
        for trap in (phase_lock, rounding, unchecked, saturation):
            patch.setattr(trap, "SECONDS", 1)
        yield Stage(services, nodes, placement, seed=7)


def test_a_pause_is_in_the_schedule_and_not_in_the_closed_loop(stage: Stage) -> None:
    shown = closed_loop.show(stage)
    assert shown.right.numbers["p99_ms"] > 1000 * closed_loop.FREEZE_S * 0.5
    assert shown.wrong.numbers["requests"] < shown.right.numbers["requests"]


def test_users_in_step_ask_as_often_as_strangers(stage: Stage) -> None:
    """The rate is alike in both ways; how the medians differ is for the machine to say."""
    shown = phase_lock.show(stage)
    assert shown.wrong.numbers["requests"] >= phase_lock.USERS
    assert shown.right.numbers["requests"] > 50


def test_the_table_holds_whole_milliseconds_and_the_raw_rows_a_tenth_of_one(stage: Stage) -> None:
    shown = rounding.show(stage)
    assert float(shown.wrong.numbers["difference_ms"]).is_integer()
    assert shown.right.numbers["difference_ms"] >= 0.95 * rounding.TRUTH_MS


def test_the_credential_is_kept_back_and_every_answer_a_refusal(stage: Stage) -> None:
    """If Locust sent Secure cookies over plain HTTP, this trap would be gone: then say so."""
    shown = unchecked.show(stage)
    assert shown.shown, shown.text()
    assert shown.wrong.numbers["refused"] == shown.wrong.numbers["requests"] > 0
    assert shown.right.numbers["store_reads"] == 1


def test_the_saturated_loop_keeps_littles_law(stage: Stage) -> None:
    """The mean latency is users / throughput, whatever the server is."""
    numbers = saturation.show(stage).wrong.numbers
    for users in ("few", "many"):
        assert numbers[f"{users}_mean_ms"] == pytest.approx(
            numbers[f"{users}_predicted_ms"], rel=0.5
        )


def test_a_trap_in_words_is_readable() -> None:
    way = Way("p99 2 ms", {"p99_ms": 2.0})
    text = Shown("a", "it is so", "One node.", way, way, "no difference", shown=False).text()
    assert text.splitlines() == [
        "a: it is so",
        "  One node.",
        "  wrong     p99 2 ms",
        "  right     p99 2 ms",
        "  NOT SHOWN no difference",
    ]


def test_every_trap_is_told_in_the_docs(pytestconfig: pytest.Config) -> None:
    text = (Path(pytestconfig.rootpath) / "docs" / "mistakes.md").read_text()
    for name in traps.TRAPS:
        assert f"`{name}`" in text
