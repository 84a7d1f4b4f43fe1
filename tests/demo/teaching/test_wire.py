"""/wire: a record of what really happened, and nobody's credential but the demonstration's."""

from __future__ import annotations

import base64
import json
import logging
import re
import subprocess
import sys
from functools import cache

import pytest

from demo.app import create_app
from demo.auth import Settings
from demo.builtin.teaching import Choice
from demo.contract.visitor import Answer
from demo.monitor import Monitor
from demo.schemes import build
from demo.teaching import onwire, setcookie, wire
from demo.teaching.story import STEPS, Side
from demo.teaching.story import tell as tell_anew
from demo.testing import Visitor, over_wsgi

from ..conftest import Start

HTML = {"Accept": "text/html"}
tell = cache(tell_anew)
"""Each story is recorded once: the password checks in it take their time."""
CHOICES = (Choice(), Choice("bearer", "ES256", "denylist"))


@pytest.fixture(scope="module", params=CHOICES, ids=str)
def sides(request: pytest.FixtureRequest) -> tuple[Side, Side]:
    choice: Choice = request.param
    return tell(choice)


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    scheme = build("session-cookie-memory", Settings())
    return Visitor(over_wsgi(create_app(scheme, monitor=Monitor())))


def shown(visitor: Visitor, query: str = "") -> str:
    answer = visitor.get(f"/wire?{query}", HTML)
    assert answer.status == 200
    return answer.body.decode()


def doings(side: Side) -> list[list[str]]:
    return [[f"{c.place} {c.what}" for c in each.calls] for each in side.exchanges]


def test_a_session_asks_the_store_each_time_and_no_key() -> None:
    """One read for who is calling, and nothing signed anywhere."""
    session, _ = tell(Choice())
    assert doings(session) == [
        ["password check", "store create"],
        ["store read"],
        ["store read", "store merge"],
        ["store delete"],
        ["store read"],
    ]


def test_a_token_asks_its_key_and_the_store_only_to_change_something() -> None:
    """With a list of what was revoked it asks the store as often as a session does."""
    _, token = tell(Choice())
    assert doings(token) == [
        ["password check", "key sign", "store create"],
        ["key verify"],
        ["key verify", "key sign", "store merge"],
        ["key verify", "store delete"],
        ["key verify"],
    ]
    _, listed = tell(Choice(strategy="denylist"))
    assert doings(listed)[1] == ["key verify", "store is_denied"]


def test_the_copy_tells_the_two_apart() -> None:
    """After the logout a session is refused; a token only if there is a list."""
    status = {
        choice.strategy: [side.exchanges[-1].answer.status for side in tell(choice)]
        for choice in (Choice(), Choice(strategy="denylist"))
    }
    assert status == {"expiry": [401, 200], "denylist": [401, 401]}


def test_the_rows_are_those_of_the_store(sides: tuple[Side, Side]) -> None:
    """None before the login, one while it lasts, and never a credential in them."""
    session, token = sides
    assert [(len(e.before), len(e.after)) for e in session.exchanges] == [
        (0, 1), (1, 1), (1, 1), (1, 0), (0, 0),
    ]  # fmt: skip
    assert [len(e.after) for e in token.exchanges[:3]] == [1, 1, 1]
    for side in sides:
        credentials = {e.credential for e in side.exchanges if e.credential}
        written = str([(e.before, e.after) for e in side.exchanges])
        assert credentials
        assert not [each for each in credentials if each in written]


def test_verified_is_said_only_where_it_happened(visitor: Visitor) -> None:
    """The token of the story by key and algorithm; the session by its place in the store."""
    page = shown(visitor, "step=2")
    assert re.search(r"signature good: key [\w-]+, algorithm HS256; by node-1 at 20\d\d-", page)
    assert "looked up in the store" in page
    login, copy = shown(visitor, "step=1"), shown(visitor, "step=5")
    assert "Nobody has shown it yet" in login
    assert copy.count(">not verified<") == 1
    assert "The store has no record under it" in copy
    listed = shown(visitor, "step=5&revoked=denylist")
    assert "authentic, but on the list of what was revoked" in listed


def test_each_line_is_counted_and_the_credential_marked(sides: tuple[Side, Side]) -> None:
    """The bytes of the lines are those of the message as RFC 9112 writes it."""
    for side in sides:
        exchange = side.exchanges[1]
        assert exchange.credential is not None
        lines = onwire.request_lines(exchange.sent, [exchange.credential])
        head = "".join(f"{name}: {value}\r\n" for name, value in exchange.sent.headers)
        assert onwire.size(lines) == len(f"GET /me HTTP/1.1\r\n{head}\r\n")
        marked = [part.text for line in lines for part in line.parts if part.mark]
        assert marked == [exchange.credential]


def test_over_http2_a_credential_is_cheap_the_second_time() -> None:
    """Its name and value are in the table that both ends keep (RFC 7541)."""
    _, token = tell(Choice("bearer"))
    found = onwire.over_http2(token)
    assert found is not None
    first, second = found[1].request, found[2].request
    assert first > len(token.exchanges[1].credential or "") * 0.7
    assert second < first / 2


def test_without_hpack_the_page_says_how_to_get_it(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And makes no number up."""
    assert "Over HTTP/2 this request takes" in shown(visitor)
    monkeypatch.setitem(sys.modules, "hpack", None)
    page = shown(visitor)
    assert "pip install hpack" in page
    assert "Over HTTP/2 this request takes" not in page


def test_set_cookie_is_taken_apart_whole() -> None:
    """Every attribute the app sets has a meaning, and the parts put together are the header."""
    session, token = tell(Choice())
    for side in (session, token):
        for header in side.exchanges[0].answer.all("Set-Cookie"):
            found = setcookie.pieces(header)
            attributes = [piece.text for piece in found if not piece.text.startswith("__")]
            assert attributes == header.split("; ")[1:]
            assert not [piece for piece in found if "does not know" in piece.meaning]


def test_each_choice_and_step_is_a_page_of_its_own(visitor: Visitor) -> None:
    """And nonsense in the address is the first of them."""
    for _, _, options in wire.CHOICES:
        assert len(options) > 1
    for algorithm in ("RS256", "EdDSA"):
        assert f"algorithm {algorithm}" in shown(visitor, f"step=2&algorithm={algorithm}")
    assert "<h1>" in shown(visitor, "step=99&algorithm=none&carried=%3Cscript%3E")
    assert "<script" not in shown(visitor, "step=99&algorithm=none&carried=%3Cscript%3E")
    for number in range(1, len(STEPS) + 1):
        assert 'aria-current="step"' in shown(visitor, f"step={number}")


def test_it_can_be_recorded_again_from_the_page_alone(visitor: Visitor) -> None:
    """Another site cannot have it done."""
    before = shown(visitor, "step=2")
    form = {"Content-Type": "application/x-www-form-urlencoded", **HTML}
    evil = visitor.request("POST", "/wire", headers={**form, "Sec-Fetch-Site": "cross-site"})
    assert evil.status == 403
    answer = visitor.request("POST", "/wire?step=2", headers=form)
    assert answer.status == 303
    assert shown(visitor, "step=2") != before


def test_the_story_stays_out_of_the_apps_own_log_and_monitor(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its Alice is not the app's: no event, no alarm, no login of hers."""
    caplog.set_level(logging.INFO)
    scheme = build("session-cookie-memory", Settings())
    monitor = Monitor()
    app = Visitor(over_wsgi(create_app(scheme, monitor=monitor)))
    for _ in range(3):
        app.request("POST", "/wire", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert monitor.history() == []
    assert [record.name for record in caplog.records if "audit" in record.name] == []
    assert scheme.mechanism is not None
    assert not scheme.mechanism.entries("alice")
    app.log_in()
    assert [judged.event for judged in monitor.history()] == ["session_created"]


def test_nobody_elses_credential_is_on_the_pages(visitor: Visitor) -> None:
    """Not even that of whoever looks."""
    visitor.log_in("bob")
    held = visitor.holds()
    assert held is not None
    for path in ("/wire", "/time", "/nodes", "/log", "/report", "/about/browser"):
        answer = visitor.get(path, HTML)
        assert answer.status == 200, path
        assert held not in answer.body.decode(), path


@pytest.mark.parametrize("name", ["session-cookie-memory", "token-bearer-hs256-expiry"])
def test_the_curl_commands_do_what_they_say(start: Start, name: str, tmp_path: object) -> None:
    """Against an app started as the page says, with curl itself."""
    served = start("--scheme", name)
    choice = Choice("bearer" if "bearer" in name else "cookie")
    side = tell(choice)[0 if name.startswith("session") else 1]
    token, statuses = "", []
    for exchange in side.exchanges[:4]:
        command = onwire.as_curl(exchange.sent, served.base, side.scheme.transport)
        done = subprocess.run(
            ["bash", "-c", f"TOKEN='{token}'; {command} -s"],
            capture_output=True, text=True, timeout=30, check=True, cwd=str(tmp_path),
        )  # fmt: skip
        statuses.append(int(done.stdout.split()[1]))
        found = re.search(r'"access_token":"([^"]+)"', done.stdout)
        token = found[1] if found else token
    assert statuses == [200, 200, 200, 200]


def test_the_claims_on_the_page_are_those_of_the_token(visitor: Visitor) -> None:
    """Decoded from the credential that was sent, not written by hand."""
    _, token = tell(Choice())
    page = shown(visitor, "step=2")
    marked = re.findall(r"<mark>(ey[^<]+)</mark>", page)
    claims = marked[0].split(".")[1]
    sent = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert sent["jti"] in page
    assert token.exchanges[1].answer.status == 200


def test_answers_are_those_that_were_given(sides: tuple[Side, Side]) -> None:
    """The cart is in the answer of the third request, and the logout says how strong it was."""
    for side in sides:
        answers: list[Answer] = [each.answer for each in side.exchanges]
        assert answers[2].json["item"] == "tea"
        assert answers[3].json["revocation"]["strength"] == side.scheme.strength


def test_the_thiefs_success_is_the_alarm_and_being_refused_is_not(visitor: Visitor) -> None:
    """The session refuses the copy; the token without a list lets it in, and with one does not."""
    plain = shown(visitor, "step=5")
    assert plain.count('badge danger">200 the thief is let in') == 1
    assert plain.count('badge safe">401 the thief is refused') == 1
    listed = shown(visitor, "step=5&carried=bearer&algorithm=ES256&revoked=denylist")
    assert "badge danger" not in listed
    assert listed.count('badge safe">401 the thief is refused') == 2
    assert "the thief" not in shown(visitor, "step=2")
