"""The demo's accounts: alice, bob and carol, their passwords hashed with Argon2id.

In this process's memory and for the demo only: a changed password is known to this process, not
to the other workers or nodes, and is forgotten when it ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

NAMES = ("alice", "bob", "carol")

# The smallest setting of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Accounts:
    """Usernames and the hashes of their passwords, which start out as `<name>-password`."""

    def __init__(self) -> None:
        self._hashes = dict(_first_hashes())

    def accepts(self, username: str, password: str) -> bool:
        """Whether this is an account and that its password."""
        known = self._hashes.get(username)
        try:
            # Checked for a name that does not exist too, so that the time taken does not tell.
            _HASHER.verify(known or self._hashes[NAMES[0]], password)
        except VerifyMismatchError:
            return False
        return known is not None

    @contextmanager
    def changing(self, username: str, password: str) -> Iterator[None]:
        """
        Set *password* first, so that the old one opens nothing any more, and keep it if the rest
        of the work succeeds; put the old one back if not.
        """
        before = self._hashes[username]
        self._hashes[username] = _HASHER.hash(password)
        try:
            yield
        except BaseException:
            self._hashes[username] = before
            raise


@cache
def _first_hashes() -> Mapping[str, str]:
    return {name: _HASHER.hash(f"{name}-password") for name in NAMES}
