"""Real nodes and stores in trouble: what becomes of the valid, and of the revoked."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from bench.experiments.outage import Site, measure
from bench.outage.cast import Member
from bench.outage.cells import outage_cell
from bench.outage.faults import FAULTS, applies
from bench.outage.stores import Stores
from bench.plans import EVERY_FAULT
from bench.records import Cell
from demo.auth import Settings
from demo.schemes import build

UNBOUNDED = "session-cookie-flasksession-redis"
"""Callers of a store that does not answer wait, each of them, and hold a thread each."""
SCHEMES = (
    "session-cookie-memory",
    "session-cookie-redis",
    "token-bearer-hs256-denylist-redis",
    "token-bearer-hs256-generation-redis",
    "token-bearer-hs256-expiry",
    UNBOUNDED,
)
CROWDED = ("session-cookie-memory", "session-cookie-redis", UNBOUNDED)
INTERVAL_NS = 40_000_000
NOBODY, ALL = 0.0, 100.0


@pytest.fixture(scope="module")
def under(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], dict[str, Cell]]]:
    folder = tmp_path_factory.mktemp("outage")
    with (
        Stores({"redis"}, folder) as stores,
        contextlib.closing(Site(SCHEMES, stores, folder, ())) as site,
    ):
        members = _members(stores, folder)

        @cache
        def cells(name: str) -> dict[str, Cell]:
            fault = FAULTS[name]
            hit = [member for member in members if applies(fault, member.home)]
            found: dict[str, Cell] = {}
            for together in [[m] for m in hit if m.arm in CROWDED] if fault.crowd else [hit]:
                roles, course = measure(fault, together, site, INTERVAL_NS)
                template = Cell(id="", measure="outage", arm="")
                found |= {r.member.arm: outage_cell(template, r, course)[0] for r in roles}
            return found

        yield cells


def _members(stores: Stores, folder: Path) -> list[Member]:
    settings = Settings(store_url=" ".join(stores.urls), keys_file=folder / "keys.json")
    members = []
    for name in SCHEMES:
        scheme = build(name, settings)
        scheme.close()
        members.append(Member(name, scheme))
    return members


Under = Callable[[str], dict[str, Cell]]


def after(cell: Cell) -> tuple[float, float]:
    return cell.figures["valid_accept_rate_after"], cell.figures["revoked_accept_rate_after"]


def during(cell: Cell) -> tuple[float, float]:
    return cell.figures["valid_accept_rate"], cell.figures["revoked_accept_rate"]


def test_a_lost_session_logs_out_and_a_lost_denial_pardons(under: Under) -> None:
    """The asymmetry to decide by: neither can be known from outside."""
    cells = under("kill-lose")
    assert after(cells["session-cookie-redis"]) == (NOBODY, NOBODY)
    assert after(cells["token-bearer-hs256-denylist-redis"]) == (ALL, ALL)
    assert after(cells["token-bearer-hs256-generation-redis"]) == (NOBODY, NOBODY)
    assert "recovery_s" not in cells["session-cookie-redis"].figures


def test_while_the_store_is_down_nobody_is_let_in_by_mistake(under: Under) -> None:
    """503, to the valid and the revoked alike; who asks no store does not notice."""
    cells = under("kill-lose")
    assert during(cells["session-cookie-redis"]) == (NOBODY, NOBODY)
    assert cells["session-cookie-redis"].figures["status"] == 503
    assert during(cells["token-bearer-hs256-denylist-redis"]) == (NOBODY, NOBODY)
    expiry = cells["token-bearer-hs256-expiry"]
    assert during(expiry) == (ALL, ALL)
    assert (expiry.labels["store"], expiry.figures["recovery_s"]) == ("none", 0.0)


def test_what_a_killed_node_acknowledged_is_still_revoked(under: Under) -> None:
    """State in process memory is gone with it, and with that everybody is logged out."""
    cells = under("node-killed")
    assert len(cells) == len(SCHEMES)
    for name in ("session-cookie-redis", "token-bearer-hs256-denylist-redis"):
        assert after(cells[name]) == (ALL, NOBODY)
        assert cells[name].figures["recovery_s"] > 0
    assert after(cells["session-cookie-memory"]) == (NOBODY, NOBODY)
    assert cells["session-cookie-memory"].figures["status"] == 0


def test_before_the_fault_all_was_as_it_should(under: Under) -> None:
    """Or the figures would say nothing of the fault."""
    for name in ("kill-lose", "node-killed"):
        for cell in under(name).values():
            assert [gate.name for gate in cell.gates if not gate.passed] == []


def test_a_fault_that_does_not_apply_is_left_out(under: Under) -> None:
    """Process memory is no server that could be killed."""
    assert "session-cookie-memory" not in under("kill-lose")


def test_more_callers_than_threads_and_who_takes_the_site_down(under: Under) -> None:
    """Ours refuse while the store is silent; where callers wait, a page without a store does."""
    cells = under("hung-crowd")
    waits = {name: cell.figures["public_longest_ms"] for name, cell in cells.items()}
    assert waits.pop(UNBOUNDED) > 1_000
    assert max(waits.values()) < 500, waits
    cells = {**cells, **under("burst")}
    kept = {name: cell.figures["files_kept"] for name, cell in cells.items()}
    assert "session-cookie-memory" in kept
    assert kept.pop(UNBOUNDED) > 60
    assert max(kept.values()) < 40, kept
    for name in waits:
        assert cells[name].figures["valid_accept_rate_after"] == ALL


def test_plans_name_every_fault() -> None:
    assert set(EVERY_FAULT) == set(FAULTS)
