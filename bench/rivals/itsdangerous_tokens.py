"""itsdangerous: a timed, URL-safe signature; it has no registered claims that it could check.

https://itsdangerous.palletsprojects.com/en/stable/timed/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer

from demo.auth import Scheme, Settings

from .interface import AGE_ALONE, Rival, secret
from .signed import scheme_of
from .stores import NO_STATE

RIVAL = Rival(
    "itsdangerous",
    "itsdangerous",
    "https://itsdangerous.palletsprojects.com/en/stable/timed/",
    NO_STATE,
    apart=AGE_ALONE,
)
RIVALS = {"token-bearer-itsdangerous-expiry": RIVAL}


def itsdangerous_expiry(settings: Settings) -> Scheme:
    """Claims as signed, timed JSON."""
    serializer = URLSafeTimedSerializer(secret(settings), salt="login")
    lifetime_s = int(settings.access.total_seconds())

    def check(text: str) -> Mapping[str, Any]:
        return serializer.loads(text, max_age=lifetime_s)  # type: ignore[no-any-return]

    def sign(claims: dict[str, Any]) -> str:
        return str(serializer.dumps(claims))

    return scheme_of(settings, "itsdangerous", RIVAL, (sign, check, (BadData,)))
