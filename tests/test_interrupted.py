"""Every operation in memory and over SQLite, interrupted at every line: all goes on as before.

After each interruption a thread of its own and this one see what is theirs alone, what was
revoked stays revoked, and both can write. The stores with a server have such tests of their own.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from sessions import InvalidSession, SessionManager
from sessions.stores.memory import MemoryStore as SessionsInMemory
from sessions.stores.sqlite import SQLiteStore as SessionsInFile
from tokens import Denylist, Generation, InvalidToken, Key, KeyRing, TokenManager
from tokens.revocation.base import Revocation
from tokens.stores.memory import MemoryStore as TokensInMemory
from tokens.stores.sqlite import SQLiteStore as TokensInFile

from .interrupting import every_point

PACKAGES = ("sessions", "tokens")
MOST_POINTS = 300
STORES = ["memory", "sqlite"]
Login = tuple[Any, Any]


class Site:
    """One half over one store: the verbs, and what must hold after any of them was cut short."""

    def __init__(self, manager: Any, rejection: type[Exception]) -> None:
        self.manager = manager
        self.rejection = rejection
        self.names = itertools.count()
        self.eve = manager.issue("eve", {"cart": 1})
        self.gone = manager.issue("gone")
        manager.revoke(self.gone.credential)

    def fresh(self) -> Any:
        """Return a new login of a new subject."""
        return self.manager.issue(f"user-{next(self.names)}", {"n": 0})

    def verbs(self) -> dict[str, Callable[[Any], object]]:
        """Return what is interrupted, by name; each is given a fresh login."""
        manager = self.manager
        return {
            "issue": lambda _: manager.issue("someone", {"n": 1}),
            "verify": lambda login: manager.verify(login.credential),
            "update": lambda login: manager.update(login.credential, {"n": 1}),
            "renew": lambda login: manager.renew(login.renewal or login.credential),
            "revoke": lambda login: manager.revoke(login.credential),
            "revoke_entry": lambda login: manager.revoke_entry("someone", login.handle),
            "revoke_all": lambda _: manager.revoke_all("someone"),
            "entries": lambda _: manager.entries("someone"),
            "ping": lambda _: manager.store.ping(),
            "reap": lambda _: manager.store.reap(0.0),
        }

    def check(self, where: str) -> None:
        """See that all is as it must be, from this thread and from another."""
        wrong: list[str] = []

        def look() -> None:
            try:
                self._look()
            except BaseException as exc:  # of whatever kind, it is what is looked for
                wrong.append(f"interrupted at {where}: {exc!r}")

        other = threading.Thread(target=look)
        other.start()
        other.join()
        look()
        assert not wrong, wrong

    def _look(self) -> None:
        manager = self.manager
        identity = manager.verify(self.eve.credential)
        assert (identity.subject, identity.data) == ("eve", {"cart": 1})
        with pytest.raises(self.rejection):
            manager.verify(self.gone.credential)
        login = self.fresh()
        assert manager.verify(login.credential).subject.startswith("user-")
        assert [entry.handle for entry in manager.entries("eve")] == [self.eve.handle]
        manager.revoke(login.credential)
        with pytest.raises(self.rejection):
            manager.verify(login.credential)


@pytest.fixture(params=STORES)
def kind(request: pytest.FixtureRequest) -> str:
    """Which store."""
    found: str = request.param
    return found


@pytest.fixture(params=["sessions", "denylist", "generation"])
def site(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[Site]:
    """Each half over each store; a file lies in memory, since durability is not what is tested."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as name:
        made = _site(request.param, kind, Path(name))
        yield made
        made.manager.store.close()


def _site(half: str, kind: str, folder: Path) -> Site:
    if half == "sessions":
        kept = SessionsInMemory() if kind == "memory" else SessionsInFile(folder / "sessions.db")
        return Site(SessionManager(kept), InvalidSession)
    store = TokensInMemory() if kind == "memory" else TokensInFile(folder / "tokens.db")
    strategy: Revocation = Denylist(store, "i") if half == "denylist" else Generation(store, "i")
    ring = KeyRing([Key.generate("HS256")])
    return Site(TokenManager(ring, store, strategy, issuer="i", audience="a"), InvalidToken)


VERBS = [
    "issue",
    "verify",
    "update",
    "renew",
    "revoke",
    "revoke_entry",
    "revoke_all",
    "entries",
    "ping",
    "reap",
]


@pytest.mark.parametrize("verb", VERBS)
def test_interrupted_at_any_line_nobody_sees_what_is_not_theirs(site: Site, verb: str) -> None:
    """A connection whose conversation was cut short is not used again."""
    call = site.verbs()[verb]
    site.fresh()
    points = 0
    login = site.fresh()

    def once() -> None:
        call(login)

    # Clearing away looks at all that is there, and each check leaves something.
    for where in itertools.islice(every_point(once, *PACKAGES, stride=3), MOST_POINTS):
        points += 1
        site.check(where)
        login = site.fresh()
    assert points
