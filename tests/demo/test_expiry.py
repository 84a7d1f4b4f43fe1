"""What is claimed at expiry happens at expiry: a copy works until then and not a moment longer."""

from __future__ import annotations

import time
from datetime import timedelta

from demo.app import create_app
from demo.auth import Settings
from demo.schemes import build
from demo.testing import Visitor, over_wsgi


def test_a_copy_of_a_token_dies_at_the_instant_the_logout_named() -> None:
    """The stated instant is an upper bound, and the claimed bound of the scheme is another."""
    scheme = build("token-cookie-hs256-expiry", Settings(access=timedelta(seconds=2)))
    alice = Visitor(over_wsgi(create_app(scheme)))
    alice.log_in()
    thief = alice.copy()
    began_at = time.time()
    at = alice.post("/logout").json["revocation"]["at"]
    assert at <= began_at + scheme.bound_s + 1
    accepted_at = began_at
    while thief.get("/me").status == 200:
        accepted_at = time.time()
        assert accepted_at < began_at + 10, "it never expires"
    assert began_at < accepted_at < at
    # The family is gone as well: what was logged out cannot renew itself back in.
    assert thief.post("/renew").status == 401
    assert thief.post("/cart", {"item": "tea", "quantity": 1}).status == 401
