"""Any `flask.sessions.SessionInterface`, opened and saved as Flask does for each request."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from typing import Any

from flask import Flask, Request, Response
from werkzeug.http import parse_cookie

from demo.auth import Revocation

from .interface import Ended
from .kept import DictSessions, at_expiry


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
        cookie = {"HTTP_COOKIE": f"{self._name}={credential}"} if credential else {}
        return self._interface.open_session(self._app, Request(cookie))

    def saved(self, session: Any) -> str:
        response = self._response()
        self._interface.save_session(self._app, session, response)
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

    def _response(self) -> Response:
        """An empty answer: one a thread, since a real request has one anyway."""
        response: Response | None = getattr(self._local, "response", None)
        if response is None:
            response = self._local.response = Response()
        response.headers.clear()
        return response
