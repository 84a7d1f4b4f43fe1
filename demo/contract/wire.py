"""Promises about what goes over the wire: cookies, caching, other origins, hostile bodies."""

from __future__ import annotations

import pytest

from ..auth import Scheme
from .promises import NewVisitor, Promises

CROSS_SITE = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
)
HOSTILE_BODIES = (
    b"[" * 50_000,
    b'{"a":' * 10_000,
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"\xff\xfe",
    b'{"username": 1, "password": {}}',
    b'{"username": "\\ud800", "password": "x"}',
    b"1e999999",
    b"9" * 5000,
)
JSON = {"Content-Type": "application/json"}


class WirePromises(Promises):
    """What clients, caches and other sites see under every scheme."""

    def test_a_cookie_is_out_of_reach(self, scheme: Scheme, visitor: NewVisitor) -> None:
        """No script reads it, no plain connection carries it, no other host sets it."""
        alice = visitor()
        cookies = alice.log_in().all("Set-Cookie")
        if scheme.transport != "cookie":
            assert cookies == []
            return
        root = alice.prefix or "/"
        for cookie in cookies:
            name, _, attributes = cookie.partition("=")[0], *cookie.partition("; ")[1:]
            is_refresh = name == "__Secure-refresh"
            path = f"{alice.prefix}/renew" if is_refresh else root
            assert attributes == f"Path={path}; Secure; HttpOnly; SameSite=Lax"
            assert is_refresh or name.startswith("__Secure-" if alice.prefix else "__Host-")

    def test_a_cookie_is_cleared_with_the_attributes_it_was_set_with(
        self, scheme: Scheme, visitor: NewVisitor
    ) -> None:
        """Cleared with others it would stay in the browser."""
        if scheme.transport != "cookie":
            pytest.skip("nothing is kept in a cookie")
        alice = visitor()
        given = {_but_value(cookie) for cookie in alice.log_in().all("Set-Cookie")}
        answer = alice.post("/logout")
        cleared = answer.all("Set-Cookie")
        assert given <= {_but_value(cookie) for cookie in cleared}
        assert all(cookie.endswith("; Max-Age=0") for cookie in cleared)

    def test_a_cookie_is_set_only_when_the_credential_changed(self, visitor: NewVisitor) -> None:
        """Reading, also by one who is refused, sets none."""
        alice = visitor()
        alice.log_in()
        for path in ("/me", "/cart", "/devices", "/public"):
            assert alice.get(path).all("Set-Cookie") == []
        alice.change_credential(lambda _: "x")
        assert alice.get("/me").all("Set-Cookie") == []

    def test_only_what_depends_on_a_credential_is_kept_from_caches(
        self, scheme: Scheme, visitor: NewVisitor
    ) -> None:
        """Such an answer is not stored, also when it is a refusal; a public one may be."""
        alice = visitor()
        alice.log_in()
        vary = {"cookie": "Cookie", "bearer": "Authorization"}.get(scheme.transport)
        for visit in (alice, visitor()):
            for path in ("/me", "/cart"):
                answer = visit.get(path)
                # A problem is a page or JSON, as the client asks.
                expected = {vary, "Accept"} if answer.status >= 400 else {vary}
                named = (answer.header("Vary") or "").split(", ")
                assert answer.header("Cache-Control") == "no-store"
                assert expected - {None} == set(named) - {""}
        public = alice.get("/public")
        # Where the address is the credential, there is no public one.
        kept = "no-store" if scheme.transport == "url" else None
        assert (public.header("Cache-Control"), public.header("Vary")) == (kept, None)

    def test_other_sites_cannot_act_for_the_caller(
        self, scheme: Scheme, visitor: NewVisitor
    ) -> None:
        """Where browsers attach the credential, what another site sends changes nothing."""
        alice = visitor()
        alice.log_in()
        for headers in CROSS_SITE:
            answer = alice.post("/cart", {"item": "tea", "quantity": 1}, headers)
            assert answer.status == (403 if scheme.transport == "cookie" else 200), headers
        if scheme.transport == "cookie":
            assert alice.get("/cart").json["items"] == {}

    def test_the_apps_own_pages_can(self, visitor: NewVisitor) -> None:
        """So can clients that are no browsers, which send neither header."""
        alice = visitor()
        alice.log_in()
        for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {}):
            assert alice.post("/cart", {"item": "tea", "quantity": 1}, headers).status == 200

    def test_a_hostile_body_is_the_clients_mistake(self, visitor: NewVisitor) -> None:
        """Malformed, nested absurdly or of the wrong types: 400 with a problem, never 500."""
        alice = visitor()
        for body in HOSTILE_BODIES:
            answer = alice.request("POST", "/login", headers=JSON, body=body)
            assert (answer.status, answer.header("Content-Type")) == (
                400,
                "application/problem+json",
            ), body[:40]
        big = alice.request("POST", "/login", headers=JSON, body=b" " * 65_537)
        assert big.status == 413
        other = alice.request("POST", "/login", headers={"Content-Type": "text/plain"}, body=b"x")
        assert other.status == 415

    def test_quantities_and_names_are_bounded(self, visitor: NewVisitor) -> None:
        """A cart holds so many of an item and no more, and an item has a name of bounded size."""
        alice = visitor()
        for quantity in (-1, 100, 10**30, 1.5, "1", None):
            assert alice.post("/cart", {"item": "tea", "quantity": quantity}).status == 400
        for item in ("", " ", "x" * 65, "<b>", "tea\n", 7):
            assert alice.post("/cart", {"item": item, "quantity": 1}).status == 400
        assert alice.holds() is None

    def test_a_full_cart_changes_nothing(self, visitor: NewVisitor) -> None:
        """What does not fit is refused with 413, and what was there is still there."""
        alice = visitor()
        alice.log_in()
        put: dict[str, int] = {}
        for number in range(2000):
            item = f"item {number} ".ljust(60, "𠀀")  # of four bytes: it is full sooner
            answer = alice.post("/cart", {"item": item, "quantity": 9})
            if answer.status != 200:
                break
            put[item] = 9
        assert answer.status == 413
        assert answer.all("Set-Cookie") == []
        assert alice.get("/cart").json["items"] == put

    def test_every_answer_names_its_node(self, visitor: NewVisitor) -> None:
        """So does one that is an error."""
        for path in ("/me", "/public", "/livez", "/readyz", "/nowhere"):
            assert visitor().get(path).header("X-Node")


def _but_value(cookie: str) -> str:
    name, _, rest = cookie.partition("=")
    return f"{name}; {rest.partition('; ')[2].removesuffix('; Max-Age=0')}"
