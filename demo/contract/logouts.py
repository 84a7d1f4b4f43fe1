"""Promises about who is let out: each revocation does what it says, and says what is claimed."""

from __future__ import annotations

import time

import pytest

from ..auth import Scheme
from .promises import NewVisitor, Promises, told
from .visitor import Answer, Visitor


class LogoutPromises(Promises):
    """What ending a login means under every scheme."""

    def test_a_logout_does_what_the_scheme_claims(
        self, scheme: Scheme, visitor: NewVisitor
    ) -> None:
        """The answer says how strong the revocation is, and a copy of the credential obeys it."""
        alice = visitor()
        alice.log_in()
        thief = alice.copy()
        answer = alice.post("/logout")
        assert answer.status == 200
        holds_to_its_claim(scheme, answer, thief)
        # A cookie is gone from the client; a bearer token is the client's own to forget.
        if scheme.transport == "cookie":
            assert alice.cookies == {}

    def test_a_logout_ends_the_renewal_too(self, visitor: NewVisitor) -> None:
        """Whoever kept a copy of everything gets no new credential for what was logged out."""
        alice = visitor()
        alice.log_in()
        thief = alice.copy()
        assert alice.post("/logout").status == 200
        fields = {"refresh_token": thief.refresh_token} if thief.refresh_token else None
        assert thief.post("/renew", fields).status == 401

    def test_a_logout_everywhere_ends_every_login(
        self, scheme: Scheme, visitor: NewVisitor
    ) -> None:
        """All of the caller's end, and nobody else's."""
        here, there, bob = visitor(), visitor(), visitor()
        here.log_in()
        there.log_in()
        bob.log_in("bob")
        answer = here.post("/logout-everywhere")
        holds_to_its_claim(scheme, answer, there)
        assert bob.get("/me").json["subject"] == "bob"

    def test_a_logout_everywhere_can_keep_this_one(
        self, scheme: Scheme, visitor: NewVisitor
    ) -> None:
        """With keep_this the caller stays logged in, and the others do not."""
        here, there = visitor(), visitor()
        here.log_in()
        there.log_in()
        answer = here.post("/logout-everywhere", {"keep_this": True})
        holds_to_its_claim(scheme, answer, there)
        assert here.get("/me").status == 200
        assert answer.all("Set-Cookie") == []

    def test_a_changed_password_ends_the_others(self, scheme: Scheme, visitor: NewVisitor) -> None:
        """The one that changed it goes on under a new credential; the old password is dead."""
        here, there = visitor(), visitor()
        here.log_in()
        there.log_in()
        before = here.copy()
        wrong = here.post("/password", {"old": "wrong-password", "new": "correct horse"})
        assert wrong.status == 403
        assert there.get("/me").status == 200
        answer = here.post("/password", {"old": "alice-password", "new": "correct horse"})
        assert answer.status == 200
        holds_to_its_claim(scheme, answer, there)
        holds_to_its_claim(scheme, answer, before)
        assert here.get("/me").json["subject"] == "alice"
        assert visitor().log_in().status == 401
        assert visitor().log_in("alice", "correct horse").status == 200
        # A server that tests share must find it as it was.
        back = here.post("/password", {"old": "correct horse", "new": "alice-password"})
        assert back.status == 200

    def test_devices_are_listed_and_can_be_ended(self, scheme: Scheme, visitor: NewVisitor) -> None:
        """Each login is listed with where it came from, and can be ended by its owner."""
        here, there = visitor("browser"), visitor("phone")
        here.log_in()
        handle = there.log_in().json["handle"]
        listed = here.get("/devices").json["devices"]
        if listed is None:
            pytest.skip("this scheme keeps no list of logins, and says so")
        assert {"browser", "phone"} == {device["user_agent"] for device in listed}
        assert [device["user_agent"] for device in listed if device["this"]] == ["browser"]
        answer = here.request("DELETE", f"/devices/{handle}")
        holds_to_its_claim(scheme, answer, there)
        assert [d["user_agent"] for d in here.get("/devices").json["devices"]] == ["browser"]
        assert here.request("DELETE", f"/devices/{handle}").status == 404

    def test_nobody_ends_a_login_of_another_account(self, visitor: NewVisitor) -> None:
        """A handle that is not the caller's is as unknown as one that never was."""
        alice, mallory = visitor(), visitor()
        handle = alice.log_in().json["handle"]
        mallory.log_in("bob")
        theirs = mallory.request("DELETE", f"/devices/{handle}")
        nobodys = mallory.request("DELETE", "/devices/never-was")
        assert theirs.status == 404
        assert told(nobodys) == told(theirs)
        assert alice.get("/me").status == 200


def holds_to_its_claim(scheme: Scheme, answer: Answer, thief: Visitor) -> None:
    """Check a revocation against its description, and that against the scheme's guarantee."""
    said = answer.json["revocation"]
    assert scheme.strength == said["strength"]
    if said["strength"] == "immediate":
        assert thief.get("/me").status == 401
    elif said["strength"] == "within":
        assert said["within_seconds"] <= scheme.bound_s
        ends_at = time.monotonic() + said["within_seconds"]
        while thief.get("/me").status != 401:
            assert time.monotonic() < ends_at, "still accepted after the claimed bound"
    else:
        # What is not ended early must not live longer than a fresh credential would.
        assert time.time() < said["at"] <= time.time() + scheme.bound_s + 1
