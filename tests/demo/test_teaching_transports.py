"""Credentials in the address and in a hidden field: they work, they leak, and only here."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from bench.plans import USUAL_SCHEMES
from demo.app import create_app
from demo.auth import TEACHING, Settings
from demo.loopback import is_loopback
from demo.schemes import build, names
from demo.testing import Answer, Visitor, over_wsgi

from .conftest import run_demo

NAMES = (
    "session-url-memory",
    "session-form-memory",
    "token-url-hs256-expiry",
    "token-form-hs256-expiry",
)
HTML = {"Accept": "text/html", "User-Agent": "Browser/1"}
FORM = HTML | {"Content-Type": "application/x-www-form-urlencoded"}
LOGIN = {"username": "alice", "password": "alice-password"}


class Reader:
    """A browser without a script: it submits the forms it sees, as they are, and follows links."""

    def __init__(self, name: str) -> None:
        self.send = over_wsgi(create_app(build(name, Settings())))
        self.answer = self.send("GET", "/", HTML, b"")
        self.address = "/"

    @property
    def page(self) -> str:
        return self.answer.body.decode()

    def submit(self, button: str, **typed: str) -> str:
        """Press *button*, with *typed* in the fields of its form."""
        for action, inside in re.findall(
            r'<form method="post" action="([^"]*)"[^>]*>(.*?)</form>', self.page, re.DOTALL
        ):
            if re.search(rf"<button[^>]*>{button}</button>", inside):
                hidden = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', inside)
                fields = {key: unescape(value) for key, value in hidden} | typed
                self._post(unescape(action), fields)
                return self.page
        raise AssertionError(f"no button says {button}")

    def _post(self, action: str, fields: dict[str, str]) -> None:
        self.address = action
        self.answer = self.send("POST", action, FORM, urlencode(fields).encode())
        if self.answer.status == 303:
            self.address = self.answer.header("Location") or ""
            self.answer = self.send("GET", self.address, HTML, b"")


@pytest.mark.parametrize("name", NAMES)
def test_a_person_shops_logs_in_and_out_with_forms_alone(name: str) -> None:
    """The cart begins before the login, each page carries on, and the logout ends it."""
    reader = Reader(name)
    reader.submit("Put in cart", item="tea", quantity="3")
    assert "tea <strong>" in reader.page
    reader.submit("Log in", **LOGIN)
    assert "Logged in as alice" in reader.page
    assert "You are logged in." in reader.page
    reader.submit("Put in cart", item="bread", quantity="1")
    assert "bread <strong>" in reader.page
    reader.submit("Remove", item="tea", quantity="0")
    assert "tea <strong>" not in reader.page
    assert "Logged in as alice" in reader.page
    reader.submit("Log out")
    assert "You are logged out here." in reader.page
    assert "Logged in as" not in reader.page
    assert "Revocation: " in reader.page


@pytest.mark.parametrize("name", ["session-url-memory", "session-form-memory"])
def test_a_person_renews_and_ends_others_with_forms_alone(name: str) -> None:
    """What the other pages can, these can."""
    reader = Reader(name)
    reader.submit("Log in", **LOGIN)
    reader.submit("Renew the credential")
    assert "the old one works no more" in reader.page
    reader.submit("End all of them")
    assert "Every login of yours was revoked." in reader.page


def test_what_renews_a_token_never_goes_into_an_address() -> None:
    """It lives for hours; a form has a field for it, and its page can renew."""
    reader = Reader("token-url-hs256-expiry")
    reader.submit("Log in", **LOGIN)
    assert "refresh" not in reader.address
    assert "Renew the credential" not in reader.page
    reader = Reader("token-form-hs256-expiry")
    reader.submit("Log in", **LOGIN)
    reader.submit("Renew the credential")
    assert "Logged in as alice" in reader.page


@pytest.mark.parametrize("name", NAMES)
def test_the_page_says_where_it_leaks(name: str) -> None:
    """Before anybody has logged in, too; and under no other scheme."""
    kind = name.split("-")[1]
    words = {
        "url": ("Access logs:", "History:", "Copy and paste:", "the origin alone", "screenshots:"),
        "form": ("Page source:", "Injected markup:", "back button:", "Links do not carry it:"),
    }[kind]
    page = Reader(name).page
    assert all(word in page for word in ("this credential leaks", *words))
    assert "leaks" not in Reader("session-cookie-memory").page


def test_the_page_shows_the_line_an_access_log_would_keep() -> None:
    """With the credential in it, as it is."""
    reader = Reader("session-url-memory")
    reader.submit("Log in", **LOGIN)
    (session,) = parse_qs(urlsplit(reader.address).query)["session"]
    (line,) = re.findall(r"<pre tabindex=\"0\">(127[^<]*)</pre>", reader.page)
    assert f"session={session}" in unescape(line)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_keeps_the_page_and_no_referer_tells(name: str) -> None:
    """What can be done against the leaks is; the style sheet's address has no credential."""
    reader = Reader(name)
    reader.submit("Log in", **LOGIN)
    assert reader.answer.header("Cache-Control") == "no-store"
    if "-url-" in name:
        assert reader.answer.header("Referrer-Policy") == "no-referrer"
        assert re.findall(r'stylesheet" href="([^"]*)"', reader.page) == ["/static/style.css"]


@pytest.mark.parametrize("name", NAMES)
def test_other_sites_cannot_use_what_they_do_not_know(name: str) -> None:
    """No browser adds the credential by itself, so where a form comes from does not matter."""
    visitor = Visitor(over_wsgi(create_app(build(name, Settings()))))
    visitor.log_in()
    stranger = Visitor(visitor.send)
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"}
    assert stranger.post("/logout", headers=headers).status == 401
    assert visitor.get("/me").status == 200


@pytest.mark.parametrize("name", NAMES)
def test_a_cookie_or_a_header_is_not_read(name: str) -> None:
    """One way in: what is sent otherwise is nothing."""
    visitor = Visitor(over_wsgi(create_app(build(name, Settings()))))
    visitor.log_in()
    held = visitor.holds()
    headers = {"Cookie": f"__Host-session={held}", "Authorization": f"Bearer {held}"}
    assert Visitor(visitor.send).get("/me", headers).status == 401


def refused(name: str, host: str = "localhost", remote: str = "127.0.0.1", **more: str) -> Answer:
    client = create_app(build(name, Settings())).test_client()
    environ = {"REMOTE_ADDR": remote, "HTTP_HOST": host, **more}
    response = client.get("/public", environ_overrides=environ)
    return Answer(response.status_code, [], response.get_data())


@pytest.mark.parametrize("name", NAMES)
def test_it_is_refused_off_this_machine(name: str) -> None:
    """By the address it comes from, the name it asks for, and whether a proxy speaks for it."""
    for host in ("localhost", "127.0.0.1:8000", "[::1]:8000", "shop.localhost"):
        assert refused(name, host).status == 200
    for answer in (
        refused(name, remote="192.0.2.1"),
        refused(name, remote=""),
        refused(name, host="demo.example"),
        refused(name, host="127.0.0.1.evil.example"),
        refused(name, HTTP_X_FORWARDED_FOR="192.0.2.1"),
        refused(name, HTTP_FORWARDED="for=192.0.2.1"),
    ):
        assert answer.status == 403
        assert "this machine" in answer.json["detail"]
    assert refused("session-cookie-memory", "demo.example", "192.0.2.1").status == 200


@pytest.mark.parametrize("name", ["session-url-memory", "token-form-hs256-expiry"])
def test_it_is_not_served_to_others(name: str) -> None:
    """Not even begun, with the remedy."""
    ended = run_demo("--port", "0", "--scheme", name, "--host", "0.0.0.0")
    assert ended.returncode == 1
    assert "on this machine alone" in ended.stderr
    assert "leave out --host" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("localhost", True),
        ("a.localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.1", False),
        ("notlocalhost", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_what_loopback_is(host: str, expected: bool) -> None:
    """An address of it, or a name that never leaves the machine."""
    assert is_loopback(host) is expected


def test_nobody_measures_them_by_accident() -> None:
    """They are a table of their own, and in neither the list nor the usual measurements."""
    teaching = names("teaching")
    assert set(NAMES) <= set(teaching)
    assert not set(teaching) & ({*names(), *USUAL_SCHEMES} | set(names("grid")))
    assert {name.split("-")[1] for name in teaching} == TEACHING


@pytest.mark.parametrize("name", NAMES)
def test_a_credential_too_long_to_carry_is_refused(name: str) -> None:
    """Before anything is lost over it, and with what was there before."""
    visitor = Visitor(over_wsgi(create_app(build(name, Settings()))))
    visitor.log_in()
    for number in range(1000):
        item = f"item {number} ".ljust(60, "x")
        answer = visitor.post("/cart", {"item": item, "quantity": 9})
        if answer.status != 200:
            break
    assert answer.status == 413
    assert visitor.get("/me").status == 200
    assert len(visitor.get("/cart").json["items"]) == number


def test_only_two_methods_can_be_meant() -> None:
    """A POST may say that it is a GET or a DELETE with a body, and nothing else."""
    visitor = Visitor(over_wsgi(create_app(build("session-form-memory", Settings()))))
    visitor.log_in()
    assert visitor.get("/me").status == 200
    send = visitor.send
    assert send("POST", "/me?_method=PUT", {}, b"").status == 405
    assert send("POST", "/me?x_method=GET", {}, b"").status == 405
    cookies = over_wsgi(create_app(build("session-cookie-memory", Settings())))
    assert cookies("POST", "/me?_method=GET", {}, b"").status == 405
