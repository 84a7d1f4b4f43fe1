"""The demo's accounts: alice, bob and carol. For the demo only.

An account has a version, an integer that grows with each change of its password. A login is made
for the version whose password was checked, and is not handed out if that has moved meanwhile
(docs/decisions/0012-password-change-and-logins.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from .events import Event, emit
from .hashing import Hashing
from .limiter import Limiter
from .registers import MemoryRegisters, Registers

NAMES = ("alice", "bob", "carol")
LOCK_NOTED_S = 24 * 3600.0
"""How long a lock is remembered for the event that says that it is over."""


def first_password(name: str) -> str:
    """Return the password that the account *name* starts out with."""
    return f"{name}-password"


class _Kept(msgspec.Struct):
    version: int
    hash: str
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it was when it was read."""

    name: str
    version: int
    """How often it was changed. Not a clock: two nodes' clocks differ."""
    hash: str
    disabled: bool
    kept: bytes | None
    """Its register; None as long as nothing was changed."""


class Accounts:
    """Accounts in *registers*, which the nodes of a deployment share. Safe between threads."""

    def __init__(
        self,
        registers: Registers | None = None,
        hashing: Hashing | None = None,
        limiter: Limiter | None = None,
        first: Mapping[str, str] | None = None,
    ) -> None:
        """Begin with the accounts *first*: the password that each name starts out with."""
        self.registers = registers or MemoryRegisters()
        self.limiter = limiter or Limiter()
        self._hashing = hashing or Hashing()
        self._first = first or {name: first_password(name) for name in NAMES}

    def check(self, name: str, password: str, address: str = "") -> Account | None:
        """
        Return the account *name* if that is its password; None if not.

        Raises `Locked` after too many failures, and `Busy` if too many passwords wait already.
        An unknown name takes as long as a wrong password, and is counted and locked alike.
        """
        self.limiter.check(name, address)
        with self._hashing.turn():
            # Once more: others may have failed while this one waited.
            self.limiter.check(name, address)
            account = self.read(name)
            hashed = account.hash if account else self._hashing.known(next(iter(self._first)))
            matches = self._hashing.matches(hashed, password)
        lock = f"lock:{name}"
        known = account.name if account else None
        if account is None or not matches or account.disabled:
            emit(Event.FAIL, subject=known)
            if self.limiter.failed(name, address) and known is not None:
                emit(Event.FAIL_MAX, subject=known, maxlimit=self.limiter.max_account)
                if self.registers.swap(lock, None, b"locked", LOCK_NOTED_S):
                    emit(Event.LOCK, subject=known, reason="maxretries")
            return None
        if self.registers.swap(lock, b"locked", None):
            emit(Event.UNLOCK, subject=name)
        return account

    def succeeded(self, account: Account) -> None:
        """Take notice that *account* has logged in: its failures are forgotten."""
        retries = self.limiter.failures(account.name)
        self.limiter.forget(account.name)
        if retries:
            emit(Event.SUCCESS_AFTER_FAIL, subject=account.name, retries=retries)
        emit(Event.SUCCESS, subject=account.name)

    def hash(self, password: str) -> str:
        """Return what `change` takes; raises `Busy` as `check` does."""
        with self._hashing.turn():
            return self._hashing.hash(password)

    def change(self, account: Account, hashed: str) -> Account | None:
        """Change the password of *account*; None if something has changed it since it was read."""
        return self._swap(account, _Kept(account.version + 1, hashed))

    def restore(self, changed: Account, before: Account) -> bool:
        """Restore the password of *before* to *changed*, if nothing has changed it since."""
        return self._swap(changed, _Kept(changed.version + 1, before.hash)) is not None

    def disable(self, name: str, disabled: bool = True) -> Account | None:
        """
        Refuse logins of *name* from now on, or let them in again; None if there is no such account.

        Logins under way are refused too. Those that are there already are for the caller to end.
        """
        while (account := self.read(name)) is not None:
            kept = _Kept(account.version + 1, account.hash, disabled)
            if changed := self._swap(account, kept):
                return changed
        return None

    def knows(self, name: str) -> bool:
        """Return whether there is an account *name*."""
        return name in self._first

    def is_current(self, account: Account) -> bool:
        """Return whether nothing has changed *account* since it was read."""
        return self.registers.get(_register(account.name)) == account.kept

    def read(self, name: str) -> Account | None:
        """Return the account *name* as it is now; None if there is none."""
        if not self.knows(name):
            return None
        found = self.registers.get(_register(name))
        if found is None:
            return Account(name, 0, self._hashing.known(self._first[name]), False, None)
        kept = msgspec.json.decode(found, type=_Kept)
        return Account(name, kept.version, kept.hash, kept.disabled, found)

    def _swap(self, account: Account, kept: _Kept) -> Account | None:
        new = msgspec.json.encode(kept)
        if not self.registers.swap(_register(account.name), account.kept, new):
            return None
        return Account(account.name, kept.version, kept.hash, kept.disabled, new)


def _register(name: str) -> str:
    return f"account:{name}"
