"""Session IDs: hard to guess for the client, useless to who reads the store (ASVS 5.0 7.2.3)."""

from __future__ import annotations

import re
import secrets
from hashlib import sha256

ID_BYTES = 32
"""256 random bits, where ASVS asks for 128."""

_matches = re.compile(r"[A-Za-z0-9_-]{43}").fullmatch


def new_id() -> str:
    """A fresh session ID: 43 characters that are safe in a cookie, a header and a URL."""
    return secrets.token_urlsafe(ID_BYTES)


def new_handle() -> str:
    """A fresh public name for a session: 96 random bits, good for nothing but naming it."""
    return secrets.token_urlsafe(12)


def is_well_formed(credential: object) -> bool:
    """Return whether *credential* has the form of an ID; it may be anything the network sent."""
    return isinstance(credential, str) and _matches(credential) is not None


def digest(credential: str) -> bytes:
    """The 32 bytes under which the store knows a session."""
    # Hash before lookup: a leaked table must not be a table of working credentials, and the
    # time a lookup takes must not depend on the secret itself.
    return sha256(credential.encode("ascii")).digest()
