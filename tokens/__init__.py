"""Self-contained tokens: the client holds the signed state, the server what revocation needs."""

from .errors import DataTooLarge, InvalidToken, Reason, TokenError, TooManyTokens
from .events import Event
from .grants import Grant, Identity
from .jwks import JwksClient
from .keyring import KeyRing, State
from .keys import Algorithm, Key, PublicKey
from .lifetimes import NIST_AAL1, NIST_AAL2, NIST_AAL3, OWASP_HIGH_VALUE, OWASP_LOW_RISK, Lifetimes
from .lists import StatusListClient
from .manager import TokenManager
from .revocation.denylist import Denylist
from .revocation.expiry import Expiry
from .revocation.generation import Generation
from .revocation.pushed import Pushed
from .revocation.snapshot import Snapshot
from .revocation.statuslist import StatusLists
from .stores.base import reap_all
from .strength import AtExpiry, Immediate, Strength, Within
from .verified import VerifiedTokens
from .verifier import TokenVerifier

__all__ = [
    "NIST_AAL1",
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
    "Generation",
    "Grant",
    "Identity",
    "Immediate",
    "InvalidToken",
    "JwksClient",
    "Key",
    "KeyRing",
    "Lifetimes",
    "PublicKey",
    "Pushed",
    "Reason",
    "Snapshot",
    "State",
    "StatusListClient",
    "StatusLists",
    "Strength",
    "TokenError",
    "TokenManager",
    "TokenVerifier",
    "TooManyTokens",
    "VerifiedTokens",
    "Within",
    "reap_all",
]
