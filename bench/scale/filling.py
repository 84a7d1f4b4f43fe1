"""Fills a scheme's store with live logins, or with live denials, up to a stated number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from msgspec.structs import replace

from demo.auth import Mechanism, Scheme

from ..processes.children import BenchError
from .keys import Keys
from .logins import Pattern, others, subject_of
from .rows import PostgresRows, SQLiteRows

PARTS = 20
"""The logins that will be looked up are written in so many parts, evenly among the others: each is
where any login might be."""
DENIALS_BATCH = 1_000
LIST_PLACES = 2**20
"""Of one status list; its denials are named by list and place."""
FREE_PLACES = 100_000
"""Left alone behind the last login, for those that are issued later: they are no denied ones."""


class Copies(Protocol):
    """Writes logins alike to one that is there."""

    def add(self, count: int, first: int, subject: str | None = None) -> None:
        """Write *count* more; see `others`."""

    def written(self, marks: list[bytes]) -> object:
        """What a login with *marks* is in the store."""

    def close(self) -> None:
        """Let go of the store."""


class Filler:
    """The logins of one scheme in one store, which has none when it begins."""

    def __init__(self, scheme: Scheme, store_urls: Sequence[str]) -> None:
        assert scheme.mechanism is not None, "control keeps nobody"
        self._mechanism: Mechanism = scheme.mechanism
        self._numbered = 0
        subject = self._next_subject()
        self._pattern = Pattern(subject, self._mechanism.issue(subject))
        self._copies = copies_of(scheme, store_urls, self._pattern)

    def fill(self, population: int, wanted: int) -> dict[str, str]:
        """
        Bring the store to *population* logins in all; give credentials and whom they are for.

        *wanted* of them, each once, and all by calls of the mechanism; fewer if there are not so
        many logins. The others are copies.
        """
        issued: dict[str, str] = {}
        own = min(wanted, population - self._numbered)
        begun = self._numbered
        for part in range(1, PARTS + 1):
            while len(issued) < own * part // PARTS:
                subject = self._next_subject()
                issued[self._mechanism.issue(subject).credential] = subject
            reached = begun + (population - begun) * part // PARTS
            self._copy(reached - self._numbered)
        return issued

    def fill_subject(self, subject: str, count: int) -> None:
        """Log *subject* in, whose name is as long as the others', *count* times more."""
        if count:
            self._copies.add(count, self._numbered, subject)

    def close(self) -> None:
        """Let go of the store."""
        self._copies.close()

    def _copy(self, count: int) -> None:
        if count > 0:
            self._copies.add(count, self._numbered)
            self._numbered += count

    def _next_subject(self) -> str:
        self._numbered += 1
        return subject_of(self._numbered - 1)


def deny(mechanism: Any, count: int, until: float) -> None:
    """
    Have *count* denials in the store, alike to the one that a logout makes, none of which matters.

    Through the store's own `deny`, many at a time: a logout would be one.
    """
    subject = subject_of(0)
    grant = mechanism.issue(subject)
    mechanism.revoke(grant.credential)
    names = [name for name, _ in mechanism.store.denied_since(None).denials]
    pattern = Pattern(subject, grant)
    made = [
        _denied_name(names[-1], pattern, marks, number)
        for number, marks in enumerate(others(pattern, count, 0))
    ]
    for first in range(0, count, DENIALS_BATCH):
        mechanism.store.deny(made[first : first + DENIALS_BATCH], until)


def _denied_name(name: str, pattern: Pattern, marks: list[bytes], number: int) -> str:
    """*name* as it would be for another login: by its family, or by its place in a list.

    Places are given out one after the other; these are of logins that nobody has yet.
    """
    handle = pattern.grant.handle
    if handle in name:
        return name.replace(handle, marks[1].decode())
    listed, hash_sign, place = name.partition("#")
    if not hash_sign:
        raise BenchError(f"a denial is called {name!r}, which names neither family nor place")
    issuer, space, list_number = listed.rpartition(" ")
    at = int(list_number) * LIST_PLACES + int(place) + FREE_PLACES + number
    return f"{issuer}{space}{at // LIST_PLACES}#{at % LIST_PLACES}"


class _InMemory:
    """Copies in this very process, through the store's own `create`."""

    def __init__(self, mechanism: Any, pattern: Pattern) -> None:
        self._store = mechanism.store
        self._pattern = pattern
        [self._record] = self._store.list_subject(pattern.subject)

    def add(self, count: int, first: int, subject: str | None = None) -> None:
        create, record, ends_at = self._store.create, self._record, self._pattern.grant.expires_at
        for name, handle, key in others(self._pattern, count, first, subject):
            create(key, replace(record, subject=name.decode(), handle=handle.decode()), ends_at)

    def written(self, marks: list[bytes]) -> object:
        name, handle, key = marks
        return key, replace(self._record, subject=name.decode(), handle=handle.decode())

    def close(self) -> None:
        return


def copies_of(scheme: Scheme, store_urls: Sequence[str], pattern: Pattern) -> Copies:
    """Writes logins of *scheme* like *pattern*, which is in one of the stores."""
    store = scheme.store
    if store == "memory":
        return _InMemory(scheme.mechanism, pattern)
    prefixes = {
        "sqlite": ("sqlite:",),
        "redis": ("redis:", "valkey:", "unix:"),
        "postgres": ("postgres",),
    }[store]
    url = next(url for url in store_urls if url.startswith(prefixes))
    if store == "sqlite":
        return SQLiteRows(url, pattern)
    return Keys(url, pattern) if store == "redis" else PostgresRows(url, scheme.place, pattern)
