"""Users made for one start of the shop, with passwords nobody can know beforehand."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from demo.accounts import NAMES, Accounts

ATTACKER = "mallory"


class FreshAccounts(Accounts):
    """
    The demo's users and the attacker's own account, with random passwords.

    Kept in the clear, for minutes, in the process that made them: whoever reads them there could
    read anything. The demo's slow hash would only make every check wait.
    """

    def __init__(self) -> None:
        self.passwords = {name: secrets.token_urlsafe(9) for name in (*NAMES, ATTACKER)}

    def accepts(self, username: str, password: str) -> bool:
        """Whether this is an account and that its password."""
        known = self.passwords.get(username)
        return known is not None and hmac.compare_digest(known.encode(), password.encode())

    @contextmanager
    def changing(self, username: str, password: str) -> Iterator[None]:
        """Set *password*, and put the old one back if the rest of the work fails."""
        before = self.passwords[username]
        self.passwords[username] = password
        try:
            yield
        except BaseException:
            self.passwords[username] = before
            raise
