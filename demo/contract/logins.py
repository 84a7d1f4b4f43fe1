"""Promises about who is let in: identity, tampering, fixation, renewal, the cart."""

from __future__ import annotations

import time

from ..auth import Scheme
from .promises import NewVisitor, Promises, flip_first, flip_last, told


class LoginPromises(Promises):
    """What logging in and staying logged in means under every scheme."""

    def test_names_the_caller(self, visitor: NewVisitor) -> None:
        """After a login, /me says who it is, by the handle the login was given."""
        alice = visitor()
        login = alice.log_in()
        me = alice.get("/me")
        assert (login.status, me.status) == (200, 200)
        assert "alice" == me.json["subject"] == login.json["subject"]
        assert login.json["handle"] == me.json["handle"]
        assert me.json["expires_at"] > time.time()

    def test_nobody_is_let_in_without_a_credential(self, visitor: NewVisitor) -> None:
        """Every route that is about a caller refuses one who sends nothing, with a challenge."""
        for method, path in (
            ("GET", "/me"),
            ("GET", "/devices"),
            ("DELETE", "/devices/x"),
            ("POST", "/renew"),
            ("POST", "/logout"),
            ("POST", "/logout-everywhere"),
        ):
            answer = visitor().request(method, path)
            assert (answer.status, bool(answer.header("WWW-Authenticate"))) == (401, True), path

    def test_wrong_passwords_and_unknown_names_look_alike(self, visitor: NewVisitor) -> None:
        """A failed login tells nothing about whether the account exists."""
        wrong, unknown = visitor().log_in("alice", "wrong"), visitor().log_in("mallory", "wrong")
        assert wrong.status == 401
        assert told(wrong) == told(unknown)

    def test_a_tampered_credential_is_refused_like_any_other(
        self, scheme: Scheme, visitor: NewVisitor
    ) -> None:
        """Whatever is wrong with a credential, the answer is the same 401, byte for byte."""
        alice = visitor()
        alice.log_in()
        answers = []
        for change in (flip_last, flip_first, lambda _: "x", lambda held: held * 40):
            thief = alice.copy()
            thief.change_credential(change)
            answers.append(thief.get("/me"))
        ended = alice.copy()
        alice.post("/logout")
        if scheme.strength == "immediate":
            answers.append(ended.get("/me"))
        assert {401} == {answer.status for answer in answers}
        assert len({told(answer) for answer in answers}) == 1
        assert visitor().get("/public").status == 200

    def test_a_login_replaces_the_credential_held_before(
        self, scheme: Scheme, visitor: NewVisitor
    ) -> None:
        """Whoever planted a credential does not get into the account that logs in with it."""
        victim = visitor()
        victim.post("/cart", {"item": "tea", "quantity": 2})
        attacker = victim.copy()
        victim.log_in()
        assert victim.holds() != attacker.holds()
        seen = attacker.get("/me")
        if scheme.strength == "immediate":
            assert seen.status == 401
        else:
            assert seen.status == 401 or seen.json["subject"] is None

    def test_a_cart_survives_the_login(self, visitor: NewVisitor) -> None:
        """What an anonymous visitor collected is there after logging in."""
        alice = visitor()
        assert alice.get("/cart").json["items"] == {}
        alice.post("/cart", {"item": "tea", "quantity": 2})
        assert alice.log_in().status == 200
        alice.post("/cart", {"item": "bread", "quantity": 1})
        assert alice.get("/cart").json["items"] == {"tea": 2, "bread": 1}
        alice.post("/cart", {"item": "tea", "quantity": 0})
        assert alice.get("/cart").json["items"] == {"bread": 1}

    def test_nobody_inherits_the_cart_of_another_account(self, visitor: NewVisitor) -> None:
        """Bob, who logs in where alice was logged in, finds nothing of hers."""
        shared = visitor()
        shared.log_in("alice")
        shared.post("/cart", {"item": "tea", "quantity": 2})
        shared.log_in("bob")
        assert shared.get("/me").json["subject"] == "bob"
        assert shared.get("/cart").json["items"] == {}

    def test_a_dead_credential_does_not_keep_anybody_from_logging_in(
        self, visitor: NewVisitor
    ) -> None:
        """A login with a refused credential in hand starts over, and never adopts it."""
        alice = visitor()
        alice.log_in()
        alice.change_credential(flip_last)
        planted = alice.holds()
        assert alice.log_in().status == 200
        assert planted != alice.holds()
        assert alice.get("/me").status == 200

    def test_a_visitor_who_only_reads_gets_nothing(self, visitor: NewVisitor) -> None:
        """The first thing worth keeping begins a record, not the first visit."""
        answer = visitor().get("/cart")
        assert (answer.status, answer.all("Set-Cookie")) == (200, [])

    def test_a_renewed_credential_carries_on(self, visitor: NewVisitor) -> None:
        """A renewal gives another credential to the same login, with its data."""
        alice = visitor()
        handle = alice.log_in().json["handle"]
        alice.post("/cart", {"item": "tea", "quantity": 2})
        before = alice.copy()
        fields = {"refresh_token": alice.refresh_token} if alice.refresh_token else None
        assert alice.post("/renew", fields).status == 200
        assert before.holds() != alice.holds()
        assert handle == alice.get("/me").json["handle"]
        assert alice.get("/cart").json["items"] == {"tea": 2}

    def test_an_invented_refresh_token_renews_nothing(self, visitor: NewVisitor) -> None:
        """What was never issued is the same 401 as any refused credential."""
        assert visitor().post("/renew", {"refresh_token": "invented"}).status == 401

    def test_a_handle_is_no_credential(self, visitor: NewVisitor) -> None:
        """What is shown to people lets nobody in."""
        alice = visitor()
        handle = alice.log_in().json["handle"]
        alice.change_credential(lambda _: handle)
        assert alice.get("/me").status == 401
