"""`flask.session` over a mechanism: what was written for Flask's own sessions works unchanged.

    install(app, SessionManager(store))

What differs is what people hope for anyway: a request that does not touch `session` does not touch
the store either; keys that two requests change at once both survive; a request under way when the
login ends does not bring it back; a store that does not answer is a 503; and there is
`session.log_in(subject)`, which replaces the ID, and `session.log_out()`, which ends it. Setting
the key that names the user, `_user_id` of Flask-Login, does the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, TypeVar, cast

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.exceptions import ServiceUnavailable

from .auth import Client, Grant, Identity, Mechanism
from .flask_values import tagged, untagged
from .limits import MAX_USER_AGENT_CHARACTERS

RETRY_AFTER_S = 1
SUBJECT_KEY = "_user_id"
"""Where Flask-Login keeps who is logged in."""

T = TypeVar("T")


class MechanismSession(SessionMixin):
    """One request's view of its session, loaded when it is first looked at."""

    accessed = False

    def __init__(
        self, mechanism: Mechanism, credential: str | None, client: Client, subject_key: str
    ) -> None:
        self._mechanism, self._client, self._subject_key = mechanism, client, subject_key
        self.credential = credential
        self.handed: str | None = None
        """What the client is to hold from now on, if that is new."""
        self.ended = False
        self._identity: Identity | None = None
        self._data: dict[str, Any] | None = None
        self._changed: set[str] = set()

    @property
    def subject(self) -> str | None:
        """Who is logged in."""
        self._loaded()
        return self._identity.subject if self._identity else None

    @property
    def modified(self) -> bool:
        """Set it to True after changing something inside a value, as with Flask's own."""
        return bool(self._changed)

    @modified.setter
    def modified(self, value: bool) -> None:
        self._changed = set(self._loaded()) if value else set()

    def log_in(self, subject: str) -> None:
        """Bind *subject*, under a new ID: one held before could have been planted."""
        self._loaded()
        with suppress(self._mechanism.rejection):
            self.save()
            if self.credential is not None:
                renew = self._mechanism.renew
                self._keep(self._asked(renew, self.credential, subject, self._client))
                return
        # There is none, or it ended while this request was under way.
        self._keep(self._asked(self._mechanism.issue, subject, None, self._client))

    def log_out(self) -> None:
        """End it, wherever copies of the ID may be; a new one begins with the next write."""
        self._loaded()
        if self.credential is not None:
            with suppress(self._mechanism.rejection):
                self._asked(self._mechanism.revoke, self.credential)
        self.credential, self.handed, self.ended = None, None, True
        self._identity, self._data, self._changed = None, {}, set()

    def take_up(self, credential: str) -> None:
        """Go on with a session that another request of the same client was given just now."""
        self.credential, self._data = credential, None
        self._loaded()
        self.handed = self.credential

    def save(self) -> None:
        """Write the keys that this request changed, and only those."""
        if not self._changed:
            return
        data = self._loaded()
        changes = {key: tagged(key, data[key]) if key in data else None for key in self._changed}
        self._changed = set()
        if self.credential is not None:
            grant = self._asked(self._mechanism.update, self.credential, changes)
        else:
            begun = {key: value for key, value in changes.items() if value is not None}
            issue = self._mechanism.issue
            grant = self._asked(issue, None, begun, self._client) if begun else None
        if grant is not None:
            self._keep(grant)

    def __getitem__(self, key: str) -> Any:
        return self._loaded()[key]

    def __setitem__(self, key: str, value: Any) -> None:
        if key == self._subject_key and value is not None and str(value) != self.subject:
            self.log_in(str(value))
        self._loaded()[key] = value
        self._changed.add(key)

    def __delitem__(self, key: str) -> None:
        del self._loaded()[key]
        self._changed.add(key)
        if key == self._subject_key and self.subject is not None:
            # The login ends; what else there was goes on without a name, under a new ID.
            rest = dict(self)
            self.log_out()
            self.update(rest)

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaded())

    def __len__(self) -> int:
        return len(self._loaded())

    def _loaded(self) -> dict[str, Any]:
        self.accessed = True
        if self._data is None:
            data: dict[str, Any] = {}
            if self.credential is not None:
                try:
                    self._identity = self._asked(self._mechanism.verify, self.credential)
                    data = untagged(self._identity.data)
                except self._mechanism.rejection:
                    self.credential = None  # never adopted: what is written next starts over
            self._data = data
        return self._data

    def _keep(self, grant: Grant) -> None:
        self.handed = self.credential = grant.credential
        self.ended = False
        self._identity = self._asked(self._mechanism.verify, grant.credential)
        self._data = untagged(self._identity.data)

    def _asked(self, call: Callable[..., T], *arguments: Any) -> T:
        try:
            return call(*arguments)
        except self._mechanism.outages as exc:
            # Never a login that is lost, and never one that is let in.
            raise ServiceUnavailable(retry_after=RETRY_AFTER_S) from exc


class MechanismSessionInterface(SessionInterface):
    """What Flask asks for a session and hands it back to."""

    def __init__(self, mechanism: Mechanism, subject_key: str = SUBJECT_KEY) -> None:
        self._mechanism, self._subject_key = mechanism, subject_key

    def open_session(self, app: Flask, request: Request) -> MechanismSession:
        """Return the request's session, without asking the store yet."""
        agent = request.headers.get("User-Agent", "")[:MAX_USER_AGENT_CHARACTERS]
        client = Client(request.remote_addr or "", agent)
        held = request.cookies.get(self.get_cookie_name(app))
        return MechanismSession(self._mechanism, held, client, self._subject_key)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write what changed, and set a cookie only if there is a new ID."""
        own = cast("MechanismSession", session)
        try:
            own.save()
        except self._mechanism.rejection:
            pass  # the login ended meanwhile, and with it what this request would have kept
        except ServiceUnavailable as unavailable:
            # Too late for Flask to handle it: the view's answer is there, and no longer true.
            response.status_code = unavailable.code
            response.set_data(unavailable.get_body())
            response.content_type = "text/html; charset=utf-8"
            response.headers["Retry-After"] = str(RETRY_AFTER_S)
        if own.accessed:
            response.vary.add("Cookie")
            response.headers["Cache-Control"] = "no-store"
        cookie: dict[str, Any] = {
            "domain": self.get_cookie_domain(app),
            "path": self.get_cookie_path(app),
            "secure": self.get_cookie_secure(app),
            "httponly": self.get_cookie_httponly(app),
            "samesite": self.get_cookie_samesite(app),
            "partitioned": self.get_cookie_partitioned(app),
        }
        if own.handed is not None:
            response.set_cookie(self.get_cookie_name(app), own.handed, **cookie)
        elif own.ended:
            response.delete_cookie(self.get_cookie_name(app), **cookie)


def install(app: Flask, mechanism: Mechanism, subject_key: str = SUBJECT_KEY) -> None:
    """
    Make `flask.session` of *app* a session of *mechanism*, in a cookie that is out of reach.

    What the app's config says of the cookie stays: `SESSION_COOKIE_NAME`, `_DOMAIN`, `_PATH`,
    `_SAMESITE`, `_PARTITIONED`. Otherwise its name has that of the app in it, so that two apps of
    one host do not log each other out, and it is SameSite=Lax. It is always Secure.
    *subject_key* is the key that names who is logged in: setting it is `log_in`, and deleting it
    ends the login.

    Raises ValueError for a name with `__Host-` and a domain or a path, which browsers drop.
    """
    config = app.config
    for_host = config["SESSION_COOKIE_DOMAIN"] is None and config["SESSION_COOKIE_PATH"] in (
        None,
        "/",
    )
    name = config["SESSION_COOKIE_NAME"]
    if name == app.default_config["SESSION_COOKIE_NAME"]:
        name = ("__Host-" if for_host else "__Secure-") + _own_name(app)
    if name.lower().startswith("__host-") and not for_host:
        raise ValueError(
            f"browsers drop the cookie {name} with a domain or a path: name it __Secure-… in "
            "SESSION_COOKIE_NAME, or leave out SESSION_COOKIE_DOMAIN and SESSION_COOKIE_PATH"
        )
    config.update(
        SESSION_COOKIE_NAME=name,
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_SAMESITE=config["SESSION_COOKIE_SAMESITE"] or "Lax",
        SESSION_COOKIE_PATH=config["SESSION_COOKIE_PATH"] or "/",
    )
    app.session_interface = MechanismSessionInterface(mechanism, subject_key)


def _own_name(app: Flask) -> str:
    # A script that was started as such has no name that another one could not have.
    if app.import_name == "__main__":
        return "session"
    return "session-" + re.sub(r"[^\w.-]", "-", app.import_name, flags=re.ASCII)
