"""No block begins in a burst of the host, but a host that is never quiet is not waited for."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from types import SimpleNamespace

import psutil
import pytest

from bench import gates
from bench.lookup import quiet
from bench.lookup.quiet import PATIENCE_SHARE, Quiet


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """As the kernel would tell of a host that steals during so many looks, each of an instant."""

    def steals_during(looks: int) -> None:
        asked = count(1)  # at the beginning and at the end of each look

        def cpu_times() -> SimpleNamespace:
            return SimpleNamespace(steal=10.0 * min(next(asked) // 2, looks))

        monkeypatch.setattr(psutil, "cpu_times", cpu_times)
        monkeypatch.setattr(quiet, "LOOK_S", 1e-3)

    return steals_during


def test_it_waits_until_a_look_sees_nothing_stolen(host: Callable[[int], None]) -> None:
    host(3)
    told: list[None] = []
    waiting = Quiet((), 600.0)
    assert waiting.wait(lambda: told.append(None))
    assert len(told) == 4
    assert waiting.waited_s > 0


def test_where_the_host_is_quiet_one_look_is_enough(host: Callable[[int], None]) -> None:
    host(0)
    told: list[None] = []
    assert Quiet((), 600.0).wait(lambda: told.append(None))
    assert len(told) == 1


def test_its_patience_ends(host: Callable[[int], None]) -> None:
    """In all of a run, and not each time."""
    host(1_000_000)
    waiting = Quiet((), 600.0)
    waiting.waited_s = PATIENCE_SHARE * 600.0 - 1e-9
    assert not waiting.wait()
    told: list[None] = []
    assert not waiting.wait(lambda: told.append(None))
    assert not told


def test_the_run_says_how_long_it_waited() -> None:
    assert gates.blocks_repeated(["far block 1: steal 9 %"], 8, 12.4).note.endswith(
        "; 12 s went by until the host was quiet"
    )
