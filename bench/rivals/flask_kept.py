"""Any `flask.sessions.SessionInterface`, opened and saved as Flask does for each request."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

from flask import Flask
from werkzeug.http import parse_cookie
from werkzeug.wrappers import Response

from demo.auth import Revocation

from .interface import Ended
from .kept import DictSessions, at_expiry


class _Answer(Response):
    """What a library sets its cookie on; the app's own answer says if that is too large."""

    max_cookie_size = 0


class FlaskSessions(DictSessions):
    """The sessions of an app that the library was installed in."""

    def __init__(
        self,
        app: Flask,
        outages: tuple[type[Exception], ...] = (),
        *,
        needs_app: bool = False,
    ) -> None:
        self._app = app
        self._interface = app.session_interface
        self._name = app.config["SESSION_COOKIE_NAME"]
        self._needs_app = needs_app
        self._local = threading.local()
        self.outages = outages
        self.lifetime_s = app.permanent_session_lifetime.total_seconds()

    def around(self) -> AbstractContextManager[Any]:
        # Where the library does without an app context it is spared the price of a second one.
        return self._app.app_context() if self._needs_app else super().around()

    def opened(self, credential: str | None) -> Any:
        # The app's own request has parsed its cookies by now; a library asks it for no more.
        asked: Any = SimpleNamespace(cookies={self._name: credential} if credential else {})
        return self._interface.open_session(self._app, asked)

    def saved(self, session: Any) -> str:
        response: Any = self._answer()
        self._interface.save_session(self._app, session, response)
        if server_side := getattr(session, "sid", None):
            return str(server_side)
        for header in response.headers.getlist("Set-Cookie"):
            if (value := parse_cookie(header).get(self._name)) is not None:
                session.credential = value
        return str(getattr(session, "credential", ""))

    def renewed(self, session: Any) -> None:
        if regenerate := getattr(self._interface, "regenerate", None):
            regenerate(session)
        session.modified = True

    def ended(self, session: Any) -> Revocation:
        server_side = hasattr(session, "sid")
        dict.clear(session)
        session.modified = True
        self.saved(session)
        return Ended("immediate") if server_side else at_expiry(self.lifetime_s)

    def _answer(self) -> _Answer:
        """An empty answer: one a thread, since a real request has one anyway."""
        answer: _Answer | None = getattr(self._local, "answer", None)
        if answer is None:
            answer = self._local.answer = _Answer()
        answer.headers.clear()
        return answer
