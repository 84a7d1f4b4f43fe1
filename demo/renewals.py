"""The renewal time-out (OWASP Session Management Cheat Sheet): a new ID in mid-session.

The old ID is refused from the very instant it is replaced, with no grace: a window for the
page's other requests would be one for a thief as well. What keeps a browser logged in is *when*
the ID is replaced: only by a request that it makes alone, a navigation. What was still under way
with the old ID then is a 401 that clears no cookie, so whoever repeats it carries the new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, g, request

from .accounts.successors import Waited
from .csrf import SAFE_METHODS

if TYPE_CHECKING:
    from .gate import Gate


def renew_when_due(gate: Gate, credential: str) -> None:
    """
    Replace the caller's ID, if this request is one of those that may.

    Only in a cookie, which the server can put in the client's hands with any answer; who carries
    the credential itself asks /renew.
    """
    mechanism = gate.mechanism
    if mechanism is None or not gate.transport.ambient or not _is_alone():
        return
    try:
        grant = gate.replace(credential, lambda: mechanism.renew(credential, None, gate.client()))
    except (mechanism.rejection, Waited):
        return  # Another request was faster: this one was let in, and its client has the new ID.
    gate.hold(grant)
    g.renewed = grant


def deliver_renewed(gate: Gate, response: Response) -> Response:
    """Send the new ID with the answer, whatever that is: the old one is gone already."""
    if "renewed" in g:
        gate.transport.deliver(g.renewed, response)
    return response


def _is_alone() -> bool:
    """Whether this is a navigation, as far as the client says what it is."""
    navigation = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    return request.method in SAFE_METHODS and navigation
