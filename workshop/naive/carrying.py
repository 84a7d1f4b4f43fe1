"""INSECURE ON PURPOSE: credentials carried where they leak or do not fit."""

from __future__ import annotations

from ..shop.policy import Policy
from .logins import open_cookie

CARRYING = (
    Policy(marker="remembers-the-last-caller"),
    Policy(marker="url-leak", reads_id_from_address=True),
    Policy(marker="bare-cookie", set_cookie=open_cookie),
    Policy(marker="oversized-cookie"),
)
"""What the first, the second and the last do is in naive/small.py: their shop is a smaller one."""
