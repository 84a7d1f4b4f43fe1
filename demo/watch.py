"""Between the gate and the monitor: what a request tells it, and what its alarms do to a login."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import TYPE_CHECKING

from flask import Flask, Response

from .auth import Client, Identity, Scheme
from .monitor import Alarm, Monitor
from .problems import Unidentified

if TYPE_CHECKING:
    from .gate import Gate

LOGGERS = ("sessions.audit", "tokens.audit")
alarms_logger = logging.getLogger("demo.audit")
alarms_logger.addHandler(logging.NullHandler())


class Watch:
    """One scheme's requests, as its monitor sees them."""

    def __init__(self, monitor: Monitor, scheme: Scheme) -> None:
        self.monitor = monitor
        self._mechanism = scheme.mechanism

    def register(self, app: Flask, gate: Gate) -> None:
        """Watch the requests of *app*, and the audit events that they cause."""
        listen()

        def begin() -> None:
            _current.set(_Request(self, gate, gate.client()))

        def end_of_request(_: BaseException | None) -> None:
            _current.set(None)

        def end(response: Response) -> Response:
            watched = _current.get()
            # What a response ends is an event of this request too, and may be judged in turn.
            for alarm in watched.alarms if watched else ():
                self._respond(alarm)
            return response

        app.before_request(begin)
        app.after_request(end)
        app.teardown_request(end_of_request)

    def accepted(self, identity: Identity, credential: str) -> None:
        """Have it judged that *identity* was let in; raise `Unidentified` if it is out again."""
        watched = _current.get()
        if watched is None or self._mechanism is None:
            return
        alarms = self.monitor.accepted(identity, credential, watched.client)
        for alarm in alarms:
            self._respond(alarm)
        if any(alarm.response == "revoke" for alarm in alarms):
            raise Unidentified

    def wrong_password(self, name: str, password: str, subject: str | None) -> None:
        """Have it judged that *password* was given for *name*, as `Monitor.wrong_password` says."""
        watched = _current.get()
        if watched is not None:
            for alarm in self.monitor.wrong_password(name, password, subject, watched.client):
                self._respond(alarm)

    def asks_again(self, identity: Identity) -> bool:
        """Whether the monitor wants the password again before *identity* does what matters."""
        return self.monitor.asks_again(identity)

    def gave_password(self, handle: str) -> None:
        """Tell the monitor that the password was given for the login *handle*."""
        self.monitor.gave_password(handle)

    def _respond(self, alarm: Alarm) -> None:
        facts = {
            "rule": alarm.rule,
            "response": alarm.response,
            "subject": alarm.subject,
            "handle": alarm.handle,
            "why": alarm.why,
        }
        alarms_logger.warning("monitor_alarm", extra={"facts": facts})
        mechanism = self._mechanism
        if alarm.response != "revoke" or mechanism is None or alarm.subject is None:
            return
        try:
            if alarm.scope == "login" and alarm.handle is not None:
                mechanism.revoke_entry(alarm.subject, alarm.handle)
            else:
                mechanism.revoke_all(alarm.subject)
        except mechanism.outages as exc:
            # The login goes on, and so does the request: an outage logs nobody out. The next
            # alarm tries again.
            failed = {**facts, "detail": type(exc).__name__}
            alarms_logger.error("monitor_revocation_failed", extra={"facts": failed})


class _Request:
    """The request under way, and the alarms that its events raised."""

    def __init__(self, watch: Watch, gate: Gate, client: Client) -> None:
        self.watch = watch
        self.gate = gate
        self.client = client
        self.alarms: list[Alarm] = []


class _Listener(logging.Handler):
    """Hands each audit event to the monitor of the request that caused it."""

    def emit(self, record: logging.LogRecord) -> None:
        watched = _current.get()
        facts = getattr(record, "facts", None)
        if watched is None or facts is None:
            return  # Nobody's request: housekeeping, or an app that nobody watches.
        credential = watched.gate.presented()
        event = record.getMessage()
        happened = watched.watch.monitor.happened
        watched.alarms += happened(event, facts, credential, watched.client)


_current: ContextVar[_Request | None] = ContextVar("request", default=None)
_listener = _Listener(logging.INFO)


def listen() -> None:
    """Hear the audit events of both halves, from now on; once is enough."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.addHandler(_listener)
        if not logger.isEnabledFor(logging.INFO):
            logger.setLevel(logging.INFO)
