"""The accounts of nodes that are measured: those of the demo, under the lightest hash there is."""

from __future__ import annotations

from pathlib import Path

from argon2 import PasswordHasher

from demo.accounts import NAMES, Accounts, accounts_file, first_password

_LIGHT = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def hash_lightly(keys_file: Path) -> None:
    """
    Hash the passwords anew for those whose signing keys are in *keys_file*; harmless twice.

    A run logs in some thousand times and no time it reports holds a login, so the hash that a
    password deserves would only make it longer.
    """
    file = accounts_file(keys_file)
    if file.exists():
        return
    accounts = Accounts(file, _LIGHT)
    for name in NAMES:
        with accounts.changing(name, first_password(name)):
            pass
