"""Users made for one start of the shop, with passwords nobody can know beforehand."""

from __future__ import annotations

import hmac
import secrets

from demo.accounts import NAMES, Account, Accounts, Hashing

ATTACKER = "mallory"


class FreshAccounts(Accounts):
    """
    The demo's users and the attacker's own account, with random passwords.

    Kept in the clear, for minutes, in the process that made them: whoever reads them there could
    read anything. The demo's slow hash would only make every check wait.
    """

    def __init__(self) -> None:
        self.passwords = {name: secrets.token_urlsafe(9) for name in (*NAMES, ATTACKER)}
        super().__init__(hashing=_Clear(), first=dict(self.passwords))

    def change(self, account: Account, hashed: str) -> Account | None:
        """Set the password, and note it for those who are told it."""
        changed = super().change(account, hashed)
        if changed is not None:
            self.passwords[account.name] = hashed
        return changed

    def restore(self, changed: Account, before: Account) -> bool:
        """Set the old one again, and note that."""
        restored = super().restore(changed, before)
        if restored:
            self.passwords[before.name] = before.hash
        return restored


class _Clear(Hashing):
    """No hash at all."""

    def hash(self, password: str) -> str:
        return password

    def matches(self, hashed: str, password: str) -> bool:
        return hmac.compare_digest(hashed.encode(), password.encode())

    def known(self, password: str) -> str:
        return password
