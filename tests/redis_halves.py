"""The Redis stores of both halves, behind one interface for the tests that ask both the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, Protocol

import sessions.stores.redis
import sessions.testing
import tokens.stores.redis
import tokens.testing
from sessions.testing import LATER, NOW, a_key

NAMES = ("ada", "eve")


class Half(Protocol):
    """One store, in which ada and eve are logged in."""

    store: Any

    def operations(self) -> Mapping[str, Callable[[], object]]:
        """Return each operation that asks the server, to be called again and again."""

    def read(self) -> None:
        """See that each sees what is theirs."""

    def write(self) -> None:
        """Change something of each, and see that it is so."""


class Sessions:
    """The session store."""

    def __init__(self, client: Any) -> None:
        self.store = sessions.stores.redis.RedisStore(client)
        self._keys = {name: a_key() for name in NAMES}
        self._records = {name: sessions.testing.a_record(name) for name in NAMES}
        self._victim = a_key()
        self._numbers = count()
        for name, key in self._keys.items():
            self.store.create(key, self._records[name], LATER)

    def operations(self) -> dict[str, Callable[[], object]]:
        store, ada, record = self.store, self._keys["ada"], sessions.testing.a_record("mallory")
        return {
            "create": lambda: store.create(self._victim, record, LATER),
            "read": lambda: store.read(ada),
            "touch": lambda: store.touch(ada, NOW + 1, LATER),
            "merge": lambda: store.merge(ada, {"x": b"1"}, 4000),
            "replace": lambda: store.replace(self._victim, a_key(), record, LATER),
            "delete": lambda: store.delete(self._victim),
            "delete_handle": lambda: store.delete_handle("mallory", record.handle),
            "delete_subject": lambda: store.delete_subject("mallory"),
            "list_subject": lambda: store.list_subject("ada"),
            "ping": store.ping,
        }

    def read(self) -> None:
        for name, key in self._keys.items():
            found = self.store.read(key)
            assert found is not None
            assert (found.subject, found.handle) == (name, self._records[name].handle)

    def write(self) -> None:
        number = b"%d" % next(self._numbers)
        for name, key in self._keys.items():
            value = name.encode() + number
            assert self.store.merge(key, {"n": value}, 4000) is True
            found = self.store.read(key)
            assert found is not None
            assert found.data["n"] == value
        self.store.create(self._victim, sessions.testing.a_record("mallory"), LATER)


class Tokens:
    """The token store; eve was called back."""

    def __init__(self, client: Any) -> None:
        self.store = tokens.stores.redis.RedisStore(client)
        self._keys = {name: a_key() for name in NAMES}
        self._records = {name: tokens.testing.a_record(name) for name in NAMES}
        self._victim = (a_key(), tokens.testing.a_record("mallory"))
        self._numbers = count()
        for name, key in self._keys.items():
            self.store.create(key, self._records[name], LATER)
            self.store.advance(name, 1, NAMES.index(name), LATER)
        self.store.deny(["eve"], LATER)

    def operations(self) -> dict[str, Callable[[], object]]:
        store, ada, (key, victim) = self.store, self._records["ada"].handle, self._victim
        return {
            "create": lambda: store.create(key, victim, LATER),
            "read": lambda: store.read(ada, self._keys["ada"]),
            "merge": lambda: store.merge(ada, b"x", 0),
            "replace": lambda: store.replace(victim.handle, key, key, b"n" * 16, NOW, LATER, NOW),
            "delete": lambda: store.delete(victim.handle),
            "delete_handle": lambda: store.delete_handle("mallory", victim.handle),
            "delete_subject": lambda: store.delete_subject("mallory"),
            "list_subject": lambda: store.list_subject("ada"),
            "deny": lambda: store.deny(["mallory"], LATER),
            "is_denied": lambda: store.is_denied("eve"),
            "denied_since": lambda: store.denied_since(None),
            "listen": lambda: store.listen().close(),
            "advance": lambda: store.advance("mallory", 1, 1, LATER),
            "standing": lambda: store.standing("eve", "eve"),
            "ping": store.ping,
        }

    def read(self) -> None:
        for name, key in self._keys.items():
            assert self.store.is_denied(name) is (name == "eve")
            assert self.store.standing(name, name) == (name == "eve", NAMES.index(name))
            found = self.store.read(self._records[name].handle, key)
            assert found is not None
            assert (found.subject, found.handle) == (name, self._records[name].handle)

    def write(self) -> None:
        number = b"%d" % next(self._numbers)
        for name, key in self._keys.items():
            value = name.encode() + number
            assert self.store.merge(self._records[name].handle, value, 0) is True
            found = self.store.read(self._records[name].handle, key)
            assert found is not None
            assert found.data == value
        key, victim = self._victim
        self.store.create(key, victim, LATER)


HALVES: dict[str, Callable[[Any], Half]] = {"sessions": Sessions, "tokens": Tokens}
