"""The demo's accounts: alice, bob and carol, their passwords hashed with Argon2id.

For the demo only. A changed password is kept in this process's memory; or in a file, which the
workers and nodes of a deployment share as they share their signing keys.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

NAMES = ("alice", "bob", "carol")

# The smallest setting of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Accounts:
    """Usernames and the hashes of their passwords, which start out as `<name>-password`."""

    def __init__(self, file: Path | None = None, hasher: PasswordHasher = _HASHER) -> None:
        """
        Keep what is changed in *file*; None: in memory, for as long as this process lives.

        *hasher* hashes new passwords; a hash says itself how it is checked.
        """
        self._file = file
        self._hasher = hasher
        self._changed: dict[str, str] = {}
        self._lock = threading.Lock()

    def accepts(self, username: str, password: str) -> bool:
        """Whether this is an account and that its password."""
        known = self._hash(username)
        try:
            # Checked for a name that does not exist too, so that the time taken does not tell.
            _HASHER.verify(known or _first_hashes()[NAMES[0]], password)
        except (VerifyMismatchError, InvalidHashError):
            return False
        return known is not None

    @contextmanager
    def changing(self, username: str, password: str) -> Iterator[None]:
        """
        Set *password* first, so that the old one opens nothing any more, and keep it if the rest
        of the work succeeds; put the old one back if not.
        """
        before = self._hash(username)
        assert before is not None  # or nobody could be logged in as that
        self._keep(username, self._hasher.hash(password))
        try:
            yield
        except BaseException:
            self._keep(username, before)
            raise

    def _hash(self, username: str) -> str | None:
        changed = self._changed if self._file is None else _read(self._file)
        return changed.get(username) or _first_hashes().get(username)

    def _keep(self, username: str, hashed: str) -> None:
        with self._lock:
            if self._file is None:
                self._changed[username] = hashed
            else:
                _write(self._file, username, hashed)


def accounts_file(keys_file: Path) -> Path:
    """Where the accounts of a deployment are whose signing keys are in *keys_file*."""
    return keys_file.with_name(f"{keys_file.name}.accounts")


def first_password(name: str) -> str:
    """The password that the account *name* starts out with."""
    return f"{name}-password"


@cache
def _first_hashes() -> Mapping[str, str]:
    return {name: _HASHER.hash(first_password(name)) for name in NAMES}


def _read(file: Path) -> dict[str, str]:
    """Give the changed hashes; none if nobody has changed one."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {name: hashed for name, hashed in found.items() if name in NAMES}


def _write(file: Path, username: str, hashed: str) -> None:
    """Change one hash in one step: whoever reads meanwhile sees all of the old or of the new."""
    with file.with_name(f"{file.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Of two processes that change one, neither is lost.
        changed = {**_read(file), username: hashed}
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # mode 0600
        with os.fdopen(descriptor, "w", encoding="utf-8") as fresh:
            json.dump(changed, fresh)
        os.replace(name, file)
