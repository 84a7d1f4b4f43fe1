"""PyJWT's own `decode`, as its documentation shows it, with every check that it offers.

https://pyjwt.readthedocs.io/en/stable/usage.html#registered-claim-names
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jwt

REQUIRED = ["exp", "iat", "jti", "sub", "iss", "aud"]


def decoder(
    algorithm: str, verifies_with: Any, issuer: str, audience: str
) -> Callable[[str], dict[str, Any]]:
    """What accepts tokens of *issuer* for *audience* and gives their claims; else it raises."""
    decode, algorithms, options = jwt.decode, [algorithm], {"require": REQUIRED}

    def check(token: str) -> dict[str, Any]:
        found: dict[str, Any] = decode(
            token,
            verifies_with,
            algorithms=algorithms,
            audience=audience,
            issuer=issuer,
            options=options,  # type: ignore[arg-type]  # a dict of its own kind, in its stubs
        )
        return found

    return check
