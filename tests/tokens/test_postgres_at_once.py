"""Many at one PostgreSQL: threads and processes, on the same families and denials."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial

import pytest

from tokens.record import Outcome
from tokens.stores.postgres import PostgresStore
from tokens.testing import GRACE_SINCE, LATER, NOW, a_key, a_record, at_once

ROUNDS = 100


@pytest.fixture
def store(postgres_url: str, schema: str) -> Iterator[PostgresStore]:
    made = PostgresStore(postgres_url, schema)
    yield made
    made.close()


def test_no_family_escapes_the_end_of_all(store: PostgresStore) -> None:
    """Rotations that race the end of a subject's families save none, in many rounds."""
    for _ in range(ROUNDS):
        families = [(a_record(), a_key(), a_key()) for _ in range(3)]
        for record, key, _ in families:
            store.create(key, record, LATER)
        rotations = [
            partial(store.replace, r.handle, k, new, b"n", NOW, LATER, GRACE_SINCE)
            for r, k, new in families
        ]
        *rotated, ended, _ = at_once(
            *rotations,
            partial(store.delete_subject, "alice"),
            partial(store.delete_subject, "alice"),
        )
        assert {rotation.outcome for rotation in rotated} <= {Outcome.ROTATED, Outcome.ABSENT}
        assert isinstance(ended, list)
        for record, *keys in families:
            assert [store.read(record.handle, key) for key in keys] == [None, None]


def test_of_a_rotation_and_its_repetition_one_wins_in_every_round(store: PostgresStore) -> None:
    """A loser that waited for the winner sees what the winner wrote, not what was before."""
    for _ in range(ROUNDS):
        record, key = a_record(), a_key()
        store.create(key, record, LATER)
        rotations = at_once(
            *(
                partial(store.replace, record.handle, key, a_key(), n, NOW, LATER, GRACE_SINCE)
                for n in (b"one", b"two", b"three")
            )
        )
        outcomes = [rotation.outcome for rotation in rotations]
        assert sorted(outcomes, key=str) == [Outcome.REPEATED] * 2 + [Outcome.ROTATED]
        assert len({rotation.nonce for rotation in rotations}) == 1


DENIES = """
import sys
from tokens.stores.postgres import PostgresStore
store = PostgresStore(sys.argv[1], sys.argv[2])
for n in range(50):
    store.deny([f"{sys.argv[3]}-{n}"], float(sys.argv[4]))
"""


def test_who_follows_misses_no_denial_of_other_processes(
    postgres_url: str, schema: str, store: PostgresStore
) -> None:
    """Whatever order the writers finish in, numbers become visible in theirs."""
    command = [sys.executable, "-c", DENIES, postgres_url, schema]
    writers = [subprocess.Popen([*command, name, str(LATER)]) for name in "abcd"]
    told, cursor, over = [], None, False
    while True:
        over = all(writer.poll() is not None for writer in writers)
        changes = store.denied_since(cursor)
        told += [name for name, _ in changes.denials]
        cursor = changes.cursor
        if over:
            break
    assert [writer.returncode for writer in writers] == [0] * 4
    assert sorted(told) == sorted(f"{name}-{n}" for name in "abcd" for n in range(50))
