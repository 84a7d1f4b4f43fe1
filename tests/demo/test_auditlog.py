"""Audit events as JSON lines: every event, in OWASP's words, and never a credential."""

from __future__ import annotations

import io
import json
import logging
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sessions
import tokens
from demo.accounts import events as accounts
from demo.app import create_app
from demo.auditlog import LOGGERS, JsonLines, write_events
from demo.auth import Settings
from demo.monitor import Monitor
from demo.schemes import build
from demo.testing import Visitor, over_sockets, over_wsgi

from .conftest import Start, run_demo, stop_demo


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the audit log has, of every logger."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    before = {name: logging.getLogger(name).level for name in LOGGERS}
    for name in LOGGERS:
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(logging.INFO)
    yield stream
    for name in LOGGERS:
        logging.getLogger(name).removeHandler(handler)
        logging.getLogger(name).setLevel(before[name])


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    "event",
    [*sessions.Event, *tokens.Event, *accounts.Event, "monitor_alarm", "monitor_revocation_failed"],
)
def test_every_event_is_one_line_with_its_facts(event: str) -> None:
    """What is not known is left out; what a client sent cannot begin a line of its own."""
    record = logging.LogRecord("sessions.audit", logging.WARNING, "", 0, str(event), (), None)
    record.created = 1767323045.6789
    record.facts = {"subject": "al\nice", "handle": None, "spent_s": 1.5, "repeated": True}
    line = JsonLines().format(record)
    assert "\n" not in line
    assert json.loads(line) == {
        "datetime": "2026-01-02T03:04:05.678Z",
        "appid": "demo",
        "event": event,
        "level": "WARNING",
        "subject": "al\nice",
        "spent_s": 1.5,
        "repeated": True,
    }


@pytest.mark.parametrize(
    "name",
    [
        "session-cookie-memory",
        "session-url-memory",
        "session-form-memory",
        "token-bearer-hs256-expiry",
        "token-url-hs256-expiry",
        "token-form-hs256-expiry",
    ],
)
def test_no_line_has_a_credential(name: str, written: io.StringIO) -> None:
    """Nor a part of one, through a whole life: login, renewal, reuse, guesses, logout, alarms."""
    app = create_app(build(name, Settings()), monitor=Monitor())
    alice = Visitor(over_wsgi(app))
    held: set[str] = set()

    def keep() -> None:
        held.update(text for text in (alice.holds(), alice.refresh_token) if text)

    alice.post("/cart", {"item": "tea", "quantity": 1})
    keep()
    alice.log_in()
    keep()
    for _ in range(2):
        first = {"refresh_token": alice.refresh_token} if alice.refresh_token else None
        alice.post("/renew", first)
        keep()
    thief = alice.copy()
    alice.post("/password", {"old": "alice-password", "new": "another-password"})
    keep()
    alice.post("/logout")
    for path in ("/me", "/cart", "/devices"):
        thief.get(path)
    thief.post("/renew", {"refresh_token": "invented-refresh-token"})
    lines = lines_of(written.getvalue())
    assert len(lines) >= 5
    assert {"datetime", "appid", "event", "level", "source_ip", "useragent"} <= set(lines[0])
    assert len(held) >= 4
    for credential in held:
        parts = [part for part in credential.split(".") if len(part) >= 24]
        for part in parts:
            assert part[:24] not in written.getvalue()


def test_an_address_is_told_without_its_query(written: io.StringIO) -> None:
    """Under `session-url-*` that is the credential."""
    app = create_app(build("session-url-memory", Settings()))
    over_wsgi(app)("GET", "/me?session=not-a-session", {"User-Agent": "\udcff"}, b"")
    (line,) = lines_of(written.getvalue())
    assert (line["request_method"], line["request_uri"]) == ("GET", "/me")
    assert "not-a-session" not in written.getvalue()


def test_a_file_is_appended_to_and_its_owners_alone(tmp_path: Path) -> None:
    """It says who was where; and what was there before is kept."""
    target = tmp_path / "events.jsonl"
    for _ in range(2):
        handler = write_events(target)
        create = create_app(build("session-cookie-memory", Settings()))
        Visitor(over_wsgi(create)).log_in()
        for name in LOGGERS:
            logging.getLogger(name).removeHandler(handler)
        handler.stream.close()  # type: ignore[attr-defined]  # a StreamHandler has one
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [line["event"] for line in lines_of(target.read_text())] == [
        "session_created",
        "authn_login_success",
    ] * 2


def test_the_demo_writes_it_from_every_worker(start: Start, tmp_path: Path) -> None:
    """Whole lines, whoever writes; and the monitor's alarms are among them."""
    target = tmp_path / "events.jsonl"
    store = f"sqlite://{tmp_path}/demo.sqlite"
    served = start(
        *("--scheme", "session-cookie-sqlite", "--store-url", store),
        *("--workers", "2", "--audit-log", str(target), "--max-sessions", "1"),
    )
    alice = Visitor(over_sockets(served.base))
    for _ in range(4):
        alice.copy().log_in()
    stop_demo(served)
    events = [line["event"] for line in lines_of(target.read_text())]
    assert events.count("session_created") == 4
    assert "monitor_alarm" in events


def test_a_file_that_cannot_be_written_is_a_clear_line(tmp_path: Path) -> None:
    """Before anything is served."""
    target = tmp_path / "nowhere" / "events.jsonl"
    ended = run_demo("--port", "0", "--scheme", "control", "--audit-log", str(target))
    assert ended.returncode == 1
    assert f"cannot write {target}" in ended.stderr
    assert ended.stderr.count("\n") == 1
