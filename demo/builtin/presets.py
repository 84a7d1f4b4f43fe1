"""Lifetimes by name, from where the packages have them: `python -m demo --preset aal2`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import sessions
import tokens


def _limits(session: sessions.Lifetimes, token: tokens.Lifetimes) -> dict[str, timedelta | None]:
    """Both halves of one preset, as fields of `Settings`."""
    return {
        "inactivity": session.inactivity,
        "absolute": session.absolute,
        "touch": session.touch,
        "access": token.access,
        "renewal": session.renewal,
    }


PRESETS: Mapping[str, Mapping[str, timedelta | None]] = {
    "aal2": _limits(sessions.NIST_AAL2, tokens.NIST_AAL2),
    "aal3": _limits(sessions.NIST_AAL3, tokens.NIST_AAL3),
    "owasp-high-value": _limits(sessions.OWASP_HIGH_VALUE, tokens.OWASP_HIGH_VALUE),
    "owasp-low-risk": _limits(sessions.OWASP_LOW_RISK, tokens.OWASP_LOW_RISK),
}
"""NIST SP 800-63B-4 sections 2.2.3 and 2.3.3; OWASP Session Management Cheat Sheet."""
