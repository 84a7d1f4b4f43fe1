"""Self-contained tokens: the client holds the signed state, the server what revocation needs."""

from .errors import DataTooLarge, InvalidToken, Reason, TokenError
from .events import Event
from .keys import Algorithm, Key, KeyRing
from .lifetimes import NIST_AAL2, NIST_AAL3, OWASP_HIGH_VALUE, OWASP_LOW_RISK, Lifetimes
from .manager import Grant, Identity, TokenManager
from .revocation.denylist import Denylist
from .revocation.expiry import Expiry
from .strength import AtExpiry, Immediate, Strength, Within

__all__ = [
    "NIST_AAL2",
    "NIST_AAL3",
    "OWASP_HIGH_VALUE",
    "OWASP_LOW_RISK",
    "Algorithm",
    "AtExpiry",
    "DataTooLarge",
    "Denylist",
    "Event",
    "Expiry",
    "Grant",
    "Identity",
    "Immediate",
    "InvalidToken",
    "Key",
    "KeyRing",
    "Lifetimes",
    "Reason",
    "Strength",
    "TokenError",
    "TokenManager",
    "Within",
]
