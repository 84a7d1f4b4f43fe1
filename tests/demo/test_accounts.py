"""Passwords that are changed: by several at once, known to every process, and none lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bench.services import Services
from demo.accounts import Accounts
from demo.testing import Visitor, over_sockets

from .conftest import Start


def change(file: Path, name: str, number: int) -> None:
    with Accounts(file).changing(name, f"{name} number {number}"):
        pass


class Undone(Exception):
    """The rest of the work failed."""


def change_and_fail(file: Path) -> None:
    with Accounts(file).changing("carol", "another"):
        assert Accounts(file).accepts("carol", "another")
        raise Undone


def test_changes_of_several_accounts_at_once_are_all_kept(tmp_path: Path) -> None:
    """Whoever writes the whole file must not write what somebody else has changed meanwhile."""
    file = tmp_path / "accounts"

    def keep_changing(name: str) -> list[str]:
        accounts = Accounts(file)
        found = []
        for number in range(100):
            accounts._keep(name, str(number))
            found.append(accounts._hash(name) or "")
        return found

    with ThreadPoolExecutor() as pool:
        for found in pool.map(keep_changing, ("alice", "bob", "carol")):
            assert found == [str(number) for number in range(100)]


def test_a_changed_password_is_known_to_every_process(tmp_path: Path) -> None:
    """Of two that change two at once, neither is lost; and an error puts the old one back."""
    file = tmp_path / "accounts"
    given = [(name, number) for number in (1, 2) for name in ("alice", "bob")]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda each: change(file, *each), given))
    accounts = Accounts(file)
    assert accounts.accepts("alice", "alice number 1") or accounts.accepts(
        "alice", "alice number 2"
    )
    assert not accounts.accepts("alice", "alice-password")
    assert accounts.accepts("carol", "carol-password")
    assert not accounts.accepts("bob", "bob-password")
    with pytest.raises(Undone):
        change_and_fail(file)
    assert Accounts(file).accepts("carol", "carol-password")
    assert file.stat().st_mode & 0o777 == 0o600


def test_workers_share_a_changed_password(
    start: Start, services: Services, valkey_client: object
) -> None:
    """Whichever answers, the old one opens nothing any more."""
    served = start(
        *("--scheme", "session-cookie-redis", "--store-url", services.redis_url, "--workers", "2")
    )
    alice = Visitor(over_sockets(served.base))
    alice.log_in()
    passwords = {"old": "alice-password", "new": "correct horse"}
    assert alice.post("/password", passwords).status == 200
    found: dict[str | None, set[int]] = {}
    for _ in range(200):
        wrong = Visitor(alice.send).log_in()
        right = Visitor(alice.send).log_in("alice", "correct horse")
        for answer, expected in ((wrong, 401), (right, 200)):
            found.setdefault(answer.header("X-Node"), set()).add(answer.status - expected)
        if len(found) == 2 and all(found.values()):
            break
    assert list(found.values()) == [{0}, {0}]
