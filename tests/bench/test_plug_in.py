"""A stranger's package: schemes under any name are measured by what they say of themselves."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from rich.console import Console

from bench.context import wanted_schemes
from bench.journal import Ending, Order
from bench.plans import SMOKE
from bench.records import Arm, Cell, read_cells, read_run
from bench.run import execute
from bench.scale.points import walks
from reports.advice.facts import facts
from reports.loading import load
from reports.results import evaluate
from tests.schemes import described

ORIGINALS = {"a": "session-cookie-redis", "b": "token-bearer-hs256-denylist-redis"}
ACME, ALONE = "session-cookie-acme-redis", "session-cookie-postgres-lookalike"
CODE = '''
from dataclasses import replace

from demo.auth import Scheme
from demo.schemes import build
from demo.storage import redis_client
from sessions import SessionManager
from sessions.stores.memory import MemoryStore
from sessions.stores.redis import RedisStore


def letter_a(settings):
    return replace(build("session-cookie-redis", settings), name="a")


def letter_b(settings):
    return replace(build("token-bearer-hs256-denylist-redis", settings), name="b")


def acme(settings):
    """As docs/write-a-scheme.md asks, under a prefix of its own, which it keeps to itself."""
    name = "session-cookie-acme-redis"
    store = RedisStore(redis_client(name, settings), prefix="acme:")
    return Scheme(
        name=name, summary="Acme's.", mechanism=SessionManager(store), transport="cookie",
        strength="immediate", title="Acme's session", strategy="delete", store="redis",
        verified_with="store", probe=store.ping, close=store.close,
    )


def alone(settings):
    """Whatever its name seems to say, one process alone can serve it."""
    return Scheme(
        name="session-cookie-postgres-lookalike", summary="One process.",
        mechanism=SessionManager(MemoryStore()), transport="cookie", strength="immediate",
        shared=False, store="a dictionary",
    )
'''
POINTS = f"""[sessions_or_tokens.schemes]
a = acme_names:letter_a
b = acme_names:letter_b
{ACME} = acme_names:acme
{ALONE} = acme_names:alone
"""
TINY = replace(
    SMOKE,
    name="tiny",
    schemes=("control", *ORIGINALS, ACME, ALONE),
    blocks=1,
    block_s=1.0,
    warm_s=0.2,
    high_blocks=0,
    far_blocks=1,
    rate_limit=150.0,
    hot_blocks=1,
    hot_pool=60,
    hot_calls=60,
    scale_schemes=(),
    scale_calls=40,
    scale_rtts_ms=(0.0, 1.0),
    scale_far_s=0.1,
    scale_populations=(200,),
    scale_denied=(200,),
    scale_claims=(0, 5),
    scale_subject_sessions=(1,),
    scale_crowds=(100,),
    payload_claims=(0, 1),
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The package as an installer would lay it out, for this process and for those it starts."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "acme_names.py").write_text(CODE)
    metadata = folder / "acme_names-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-names\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(POINTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
        yield


@pytest.fixture(scope="module")
def ending(installed: None, tmp_path_factory: pytest.TempPathFactory) -> Ending:
    """One tiny run of all of them, that every test here looks at."""
    order = Order(
        plan=TINY,
        seed=5,
        out=tmp_path_factory.mktemp("generated"),
        only=["payload", "lookup", "scale"],
    )
    return execute(order, Console(file=io.StringIO()))


@pytest.fixture(scope="module")
def arms(ending: Ending) -> dict[str, Arm]:
    assert (ending.state, ending.reason) == ("complete", "")
    return {arm.name: arm for arm in read_run(ending.folder).arms}


def test_a_strangers_scheme_is_in_every_plain_run(installed: None) -> None:
    """Nobody has to name it."""
    assert {*ORIGINALS, ACME, ALONE} <= set(wanted_schemes((), ("control",)))


def test_what_a_scheme_says_of_itself_is_recorded(arms: dict[str, Arm]) -> None:
    """Under its own name; all else as if it were called as it is at home."""
    for letter, original in ORIGINALS.items():
        own = described(original)
        same = {
            field: getattr(own, field)
            for field in ("title", "family", "algorithm", "strategy", "store", "verified_with")
        }
        assert {field: getattr(arms[letter], field) for field in same} == same
        assert arms[letter].mechanism == own.kind
    assert (arms[ACME].store, arms[ACME].title) == ("redis", "Acme's session")
    assert not arms[ALONE].shared


def _cells(ending: Ending, arm: str, measure: str, layer: str) -> list[Cell]:
    wanted = (arm, measure, layer)
    return [c for c in read_cells(ending.folder) if (c.arm, c.measure, c.layer) == wanted]


def test_a_letter_is_measured_as_its_original_is(ending: Ending, arms: dict[str, Arm]) -> None:
    """Floor, server's count, bytes in the store, and every axis of the grid."""
    expected = walks(TINY, [described(original) for original in ORIGINALS.values()])
    for letter, original in ORIGINALS.items():
        (hot,) = _cells(ending, letter, "lookup", "hot")
        assert hot.arrays == ["floor_ns", "verify_ns"]
        assert hot.figures["server_calls"] == 1.0
        stored = [c for c in _cells(ending, letter, "payload", "") if "store" in c.labels]
        assert [c.labels["store"] for c in stored] == ["redis"]
        assert stored[0].figures["store_bytes_per_session"] > 100
        layers = [*_cells(ending, letter, "scale", "hot")]
        layers += _cells(ending, letter, "scale", "revoke_all")
        axes = {walk.axis for walk in expected if walk.scheme == original}
        assert {cell.labels["axis"] for cell in layers} == axes


def test_a_strangers_own_prefix_breaks_nothing(ending: Ending, arms: dict[str, Arm]) -> None:
    """Nobody looks for its keys under its name: it has no floor, and it is measured."""
    (hot,) = _cells(ending, ACME, "lookup", "hot")
    assert hot.arrays == ["verify_ns"]
    assert hot.figures["server_calls"] == 1.0
    assert {c.labels["axis"] for c in _cells(ending, ACME, "scale", "hot")} == {
        "claims",
        "store_rtt",
    }


def test_the_advice_goes_by_what_a_scheme_says(ending: Ending, arms: dict[str, Arm]) -> None:
    """One that a single process must serve is nothing for three nodes, whatever it is called."""
    known = {one["name"]: one["shared"] for one in facts(evaluate(load(ending.folder)))["schemes"]}
    assert known == {"a": True, "b": True, ACME: True, ALONE: False}
