"""Accounts: their passwords, their versions, and what becomes of who guesses."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import pytest
from valkey import Valkey

from bench.services import Services
from demo.accounts import LIGHT, Account, Accounts, Busy, Hashing, Limiter, Locked
from demo.auth import Settings
from demo.builtin.registers import limiter_storage, open_registers
from demo.testing import Visitor, over_sockets
from tests.conftest import FakeClock

from ..conftest import Start


def accounts_in(path: Path) -> Accounts:
    """The accounts of one node."""
    return Accounts(open_registers(Settings(store_url=f"sqlite:///{path}")), Hashing(LIGHT))


def checked(accounts: Accounts, name: str, password: str) -> Account:
    found = accounts.check(name, password)
    assert found is not None
    return found


def test_of_two_that_change_one_password_one_does(tmp_path: Path) -> None:
    """And it knows: the other is told that nothing was changed, and restores nothing."""
    here, there = (accounts_in(tmp_path / "demo.sqlite") for _ in range(2))
    account = checked(here, "alice", "alice-password")
    assert here.is_current(account)
    changed = here.change(account, here.hash("first password"))
    assert changed is not None
    assert there.change(account, there.hash("second password")) is None
    assert not there.is_current(account)
    assert there.check("alice", "alice-password") is None
    checked(there, "alice", "first password")
    assert there.restore(changed, account)
    assert not here.restore(changed, account)
    back = checked(here, "alice", "alice-password")
    assert (back.version, back.disabled) == (2, False)


def test_changes_of_several_accounts_at_once_are_all_kept(tmp_path: Path) -> None:
    """Whoever changes one account changes no other."""
    nodes = [accounts_in(tmp_path / "demo.sqlite") for _ in range(2)]

    def keep_changing(name: str) -> None:
        for number in range(20):
            accounts = nodes[number % 2]
            account = accounts.read(name)
            assert account is not None
            assert accounts.change(account, accounts.hash(f"{name} {number}"))

    with ThreadPoolExecutor() as pool:
        list(pool.map(keep_changing, ("alice", "bob", "carol")))
    for name in ("alice", "bob", "carol"):
        assert checked(nodes[0], name, f"{name} 19").version == 20


def test_a_disabled_account_lets_nobody_in(tmp_path: Path) -> None:
    """Nor does a login under way come through; and it can be enabled again."""
    accounts = accounts_in(tmp_path / "demo.sqlite")
    under_way = checked(accounts, "alice", "alice-password")
    assert accounts.disable("alice")
    assert not accounts.is_current(under_way)
    assert accounts.check("alice", "alice-password") is None
    assert accounts.disable("nobody") is None
    assert accounts.disable("alice", disabled=False)
    checked(accounts, "alice", "alice-password")


def test_so_many_failures_lock_an_account_for_a_while(caplog: pytest.LogCaptureFixture) -> None:
    """Also for the right password; a known and an unknown name alike; each step is an event."""
    caplog.set_level(logging.INFO, "demo.authn")
    accounts = Accounts(hashing=Hashing(LIGHT), limiter=Limiter(account=3))
    for name in ("alice", "nobody"):
        for _ in range(3):
            assert accounts.check(name, "wrong") is None
        for password in ("wrong", "alice-password"):
            with pytest.raises(Locked) as locked:
                accounts.check(name, password)
            assert 290 <= locked.value.retry_after_s <= 300
    assert [record.getMessage() for record in caplog.records] == [
        *["authn_login_fail"] * 3,
        "authn_login_fail_max",
        "authn_login_lock",
        *["authn_login_fail"] * 3,
    ]
    accounts.limiter.forget("alice")  # as the end of the pause does
    caplog.clear()
    accounts.succeeded(checked(accounts, "alice", "alice-password"))
    said = [record.getMessage() for record in caplog.records]
    assert said == ["authn_login_unlock", "authn_login_success"]


def test_a_login_makes_its_own_failures_forgotten_and_no_others() -> None:
    """Who has an account cannot begin anew with those of others."""
    accounts = Accounts(hashing=Hashing(LIGHT), limiter=Limiter(account=3, address=5))
    for _ in range(2):
        for _ in range(2):
            assert accounts.check("alice", "wrong", "192.0.2.1") is None
        accounts.succeeded(checked(accounts, "alice", "alice-password"))
    assert accounts.check("bob", "wrong", "192.0.2.1") is None
    with pytest.raises(Locked):
        accounts.check("carol", "carol-password", "192.0.2.1")
    checked_elsewhere = accounts.check("carol", "carol-password", "192.0.2.2")
    assert checked_elsewhere is not None


def test_nodes_share_the_failures(services: Services, valkey_client: Valkey) -> None:
    """Another node gives nobody more guesses."""
    settings = Settings(store_url=services.redis_url)
    here, there = (Limiter(limiter_storage(settings), account=2) for _ in range(2))
    assert not here.failed("alice", "192.0.2.1")
    assert there.failed("alice", "192.0.2.1")
    with pytest.raises(Locked):
        here.check("alice", "192.0.2.9")
    assert here.failures("alice") == 2
    there.forget("alice")
    here.check("alice", "192.0.2.9")


def test_a_pause_is_told_to_its_end(clock: FakeClock) -> None:
    """At least a second: none would be an invitation."""
    limiter = Limiter(account=1, now=lambda: clock.now + 10_000)
    limiter.failed("alice", "")
    with pytest.raises(Locked) as locked:
        limiter.check("alice", "")
    assert locked.value.retry_after_s == 1


def test_no_more_passwords_are_hashed_at_once_than_there_is_room_for() -> None:
    """One more is turned away at once; and there is room again when one has ended."""
    hashing = Hashing(LIGHT, at_once=1, waiting=1)
    inside, go = Event(), Event()

    def hold() -> None:
        with hashing.turn():
            inside.set()
            go.wait(10)

    threads = [Thread(target=hold) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert inside.wait(10)
    while hashing._room._value:
        pass
    with pytest.raises(Busy), hashing.turn():
        pass
    go.set()
    for thread in threads:
        thread.join(10)
    with hashing.turn():
        assert hashing.matches(hashing.hash("x"), "x")


def test_workers_share_a_changed_password(
    start: Start, services: Services, valkey_client: object
) -> None:
    """Whichever answers, the old one opens nothing any more."""
    served = start(
        *("--scheme", "session-cookie-redis", "--store-url", services.redis_url, "--workers", "2"),
        *("--max-failures-account", "10000", "--max-failures-address", "10000"),
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
