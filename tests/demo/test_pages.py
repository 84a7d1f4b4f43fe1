"""The page for people: forms that work without a script, and what it shows of a credential."""

from __future__ import annotations

import re
from urllib.parse import urlencode, urlsplit

import pytest

from demo.app import create_app
from demo.auth import Settings
from demo.filters import decoded
from demo.pages import in_words
from demo.schemes import build
from demo.testing import Answer, Visitor, over_wsgi

HTML = {"Accept": "text/html,application/xhtml+xml;q=0.9"}
FORM = HTML | {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


class Browser:
    """Sends forms, follows the redirect, and gives the page."""

    def __init__(self, name: str) -> None:
        app = create_app(build(name, Settings()))
        self.visitor = Visitor(over_wsgi(app), agent="Browser/1 <script>")

    def page(self, path: str = "/") -> str:
        answer = self.visitor.get(path, HTML)
        assert answer.status == 200
        return answer.body.decode()

    def post(self, path: str, **fields: str) -> Answer:
        body = urlencode(fields).encode()
        return self.visitor.request("POST", path, headers=FORM, body=body)

    def submit(self, path: str, **fields: str) -> str:
        answer = self.post(path, **fields)
        assert answer.status == 303
        return self.page(answer.header("Location") or "")

    def log_in(self) -> str:
        return self.submit("/login", username="alice", password="alice-password")


@pytest.mark.parametrize("name", ["session-cookie-memory", "token-cookie-hs256-expiry"])
def test_a_person_logs_in_fills_a_cart_and_logs_out(name: str) -> None:
    """Every form leads back to a page that shows what it did."""
    browser = Browser(name)
    assert "Log in" in browser.page()
    assert "tea <strong>" in browser.submit("/cart", item="tea", quantity="3")
    page = browser.log_in()
    assert "Logged in as alice" in page
    assert re.search("tea <strong>. 3<", page)
    assert "this one" in page
    assert "Empty." in browser.submit("/cart", item="tea", quantity="0")
    page = browser.submit("/logout")
    assert "You are logged out here." in page
    assert "Revocation: " in page
    assert "Logged in as" not in page


def test_the_page_says_how_strong_a_logout_was() -> None:
    """In words that do not promise more than the scheme can keep."""
    for name, words in (
        ("session-cookie-memory", "refused from now on, everywhere"),
        ("token-cookie-hs256-expiry", "Nothing calls a copy back: it works until 20"),
    ):
        browser = Browser(name)
        browser.log_in()
        assert words in browser.submit("/logout")


def test_the_page_shows_the_credential_it_received() -> None:
    """A session ID is opaque; a token is decoded, and the page says that this proves nothing."""
    for name, words in (
        ("session-cookie-memory", "opaque"),
        ("token-cookie-hs256-expiry", "decoded, not verified"),
    ):
        browser = Browser(name)
        page = browser.log_in()
        credential = browser.visitor.holds()
        assert credential is not None
        assert credential in page
        assert f"{len(credential)} bytes" in page
        assert words in page


def test_a_bearer_login_shows_the_token_and_how_to_send_it() -> None:
    """A form cannot send an Authorization header, so the page gives the commands that can."""
    browser = Browser("token-bearer-hs256-expiry")
    assert "curl" in browser.page()
    answer = browser.post("/login", username="alice", password="alice-password")
    assert answer.status == 200
    assert answer.header("Cache-Control") == "no-store"
    page = answer.body.decode()
    assert "Authorization: Bearer" in page
    assert re.search(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", page)


def test_a_refused_credential_is_said_and_can_be_forgotten() -> None:
    """The person is not left with a cookie that makes every form fail."""
    browser = Browser("session-cookie-memory")
    browser.log_in()
    browser.visitor.change_credential(lambda _: "A" * 43)
    assert "is refused" in browser.page()
    answer = browser.post("/logout")
    assert answer.status == 401
    assert browser.visitor.cookies == {}
    assert "is refused" not in browser.page()


def test_a_device_is_ended_from_the_page() -> None:
    """Its form names the login by its handle."""
    browser = Browser("session-cookie-memory")
    page = browser.log_in()
    action = re.search(r'action="(/devices/[^"]+)"', page)
    assert action is not None
    assert "That login was revoked." in browser.submit(action[1])
    assert browser.visitor.cookies == {}


def test_what_clients_send_is_text_on_the_page() -> None:
    """A browser's name for itself is shown, and is not markup."""
    page = Browser("session-cookie-memory").log_in()
    assert "Browser/1 &lt;script&gt;" in page
    assert "<script" not in page


def test_a_link_cannot_put_words_on_the_page() -> None:
    """What a form did is named from a closed set, and numbers are numbers."""
    browser = Browser("session-cookie-memory")
    page = browser.page("/?done=Your+account+is+locked&strength=at-expiry&at=call+mallory")
    assert "locked" not in page
    assert "mallory" not in page
    for at in ("inf", "-1e300", "1e300", "nan"):
        browser.page(f"/?done=logout&strength=at-expiry&at={at}")


def test_pages_forbid_scripts_and_frames() -> None:
    """And nothing on them asks another host for anything."""
    browser = Browser("session-cookie-memory")
    answer = browser.visitor.get("/", HTML)
    policy = answer.header("Content-Security-Policy") or ""
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    links = re.findall(r'(?:href|src|action)="([^"]*)"', answer.body.decode())
    assert links
    assert {urlsplit(link).netloc for link in links} == {""}


def test_an_error_is_a_page_for_a_person_and_a_problem_for_a_program() -> None:
    """The same status, in the form that was asked for (RFC 9457)."""
    browser = Browser("session-cookie-memory")
    page = browser.post("/login", username="alice", password="wrong")
    assert (page.status, page.header("Content-Type")) == (401, "text/html; charset=utf-8")
    assert "Wrong username or password" in page.body.decode()
    problem = browser.visitor.log_in("alice", "wrong")
    assert (problem.status, problem.header("Content-Type")) == (401, "application/problem+json")
    assert problem.json["title"] == "Wrong username or password"


def test_only_tokens_are_decoded() -> None:
    """What looks like one and is none is shown as opaque, never as an error."""
    assert decoded("A" * 43) is None
    for damaged in ("a.b.c", "..", "e30.e30", f"{'W1tb' * 20000}.e30.x", "\udc80.e30.x"):
        assert decoded(damaged) is None
    token = decoded("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.x")
    assert token == {"header": '{\n  "alg": "HS256"\n}', "claims": '{\n  "sub": "alice"\n}'}


def test_each_strength_has_words() -> None:
    """And what is no strength has none."""
    assert "immediate" in (in_words({"strength": "immediate"}) or "")
    assert "within 5 seconds" in (in_words({"strength": "within", "within_seconds": "5"}) or "")
    at = "2026-01-02 03:04:05 UTC"
    assert at in (in_words({"strength": "at-expiry", "at": "1767323045"}) or "")
    assert in_words({"strength": "absolute"}) is None
