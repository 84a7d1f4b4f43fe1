"""Server-side sessions: the client holds an opaque ID, the state stays in a store."""

from .errors import DataTooLarge, InvalidSession, Reason, SessionError, TooManySessions
from .events import Event
from .grants import Grant, Identity
from .lifetimes import NIST_AAL1, NIST_AAL2, NIST_AAL3, OWASP_HIGH_VALUE, OWASP_LOW_RISK, Lifetimes
from .manager import SessionManager
from .stores.base import reap_all
from .strength import AtExpiry, Immediate, Strength, Within

__all__ = [
    "NIST_AAL1",
    "NIST_AAL2",
    "NIST_AAL3",
    "OWASP_HIGH_VALUE",
    "OWASP_LOW_RISK",
    "AtExpiry",
    "DataTooLarge",
    "Event",
    "Grant",
    "Identity",
    "Immediate",
    "InvalidSession",
    "Lifetimes",
    "Reason",
    "SessionError",
    "SessionManager",
    "Strength",
    "TooManySessions",
    "Within",
    "reap_all",
]
