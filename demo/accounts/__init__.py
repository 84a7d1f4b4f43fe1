"""Who may log in: accounts and their passwords, guessing kept slow, and every login reported."""

from __future__ import annotations

from .accounts import NAMES, Account, Accounts, first_password
from .hashing import LIGHT, Busy, Hashing
from .limiter import Limiter, Locked
from .registers import MemoryRegisters, Registers

__all__ = [
    "LIGHT",
    "NAMES",
    "Account",
    "Accounts",
    "Busy",
    "Hashing",
    "Limiter",
    "Locked",
    "MemoryRegisters",
    "Registers",
    "first_password",
]
