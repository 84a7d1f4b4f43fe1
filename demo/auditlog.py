"""Audit events as JSON lines, with the names of OWASP's logging vocabulary.

    {"datetime": "2026-01-02T03:04:05.678Z", "appid": "demo", "event": "session_created",
     "level": "INFO", "subject": "alice", "handle": "…", "source_ip": "127.0.0.1", …}

Never a credential: events hold none, and of the address that was asked for only the path is
told, since its query may be one (`session-url-*`).
"""

from __future__ import annotations

import logging
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import msgspec
from flask import has_request_context, request

from .limits import MAX_USER_AGENT_CHARACTERS

LOGGERS = ("sessions.audit", "tokens.audit", "demo.authn", "demo.audit")
STANDARD_OUTPUT = Path("-")


class JsonLines(logging.Formatter):
    """One event a line; what a client sent is escaped, so that it cannot begin another."""

    def __init__(self, appid: str = "demo") -> None:
        super().__init__()
        self._appid = appid

    def format(self, record: logging.LogRecord) -> str:
        instant = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        facts = getattr(record, "facts", {})
        line = {
            "datetime": instant.replace("+00:00", "Z"),
            "appid": self._appid,
            "event": record.getMessage(),
            "level": record.levelname,
            **{name: value for name, value in facts.items() if value is not None},
            **_request(),
        }
        return msgspec.json.encode(line, enc_hook=str).decode("utf-8", "replace")


def write_events(target: Path, appid: str = "demo") -> logging.Handler:
    """
    Write every event from now on to *target*, a file or `-` for standard output.

    Raises OSError if it cannot be written. A file is its owner's alone: it says who was where.
    Each line is one write at the end of the file, so that several processes may share it.
    """
    handler = logging.StreamHandler(_opened(target))
    handler.setFormatter(JsonLines(appid))
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        if not logger.isEnabledFor(logging.INFO):
            logger.setLevel(logging.INFO)
    return handler


def check_target(target: Path) -> None:
    """Raise OSError if *target* could not be written."""
    if target != STANDARD_OUTPUT:
        _opened(target).close()


def _opened(target: Path) -> TextIO:
    if target == STANDARD_OUTPUT:
        return sys.stdout
    descriptor = os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    return os.fdopen(descriptor, "a", encoding="utf-8")


def _request() -> dict[str, str]:
    """Who asked, and for what, if anybody did."""
    if not has_request_context():
        return {}
    environ = request.environ
    return {
        "source_ip": environ.get("REMOTE_ADDR", ""),
        "useragent": _text(environ.get("HTTP_USER_AGENT", "")[:MAX_USER_AGENT_CHARACTERS]),
        "request_method": request.method,
        "request_uri": _text(request.script_root + request.path),
    }


def _text(found: str) -> str:
    """Return *found* without halves of characters, which UTF-8 cannot hold."""
    return found.encode("utf-8", "replace").decode()
