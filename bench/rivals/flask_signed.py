"""Flask's own sessions: the data itself in a signed cookie.

https://flask.palletsprojects.com/en/stable/quickstart/#sessions: a secret key, and the defaults.
The library cannot end such a session before it expires, so its lifetime is that of the access
tokens it is compared with.
"""

from __future__ import annotations

from flask import Flask

from demo.auth import Scheme, Settings

from .flask_kept import FlaskSessions
from .interface import AGE_ALONE, Rival, secret
from .signed import WHOLE_SECONDS_S
from .stores import NO_INDEX, NO_RENEWAL

NAME = "session-cookie-flask-signed"
RIVAL = Rival(
    "Flask",
    "flask",
    "https://flask.palletsprojects.com/en/stable/quickstart/#sessions",
    NO_INDEX | NO_RENEWAL,
    apart=AGE_ALONE,
)
RIVALS = {NAME: RIVAL}


def flask_signed(settings: Settings) -> Scheme:
    """Build the scheme."""
    app = Flask(NAME)
    app.config["PERMANENT_SESSION_LIFETIME"] = settings.access
    app.secret_key = secret(settings)
    return Scheme(
        name=NAME,
        summary="Flask's own sessions: the data in a signed cookie.",
        mechanism=FlaskSessions(app),
        transport="cookie",
        strength="at-expiry",
        bound_s=settings.access.total_seconds() + WHOLE_SECONDS_S,
        shared=settings.keys_file is not None,
        verified_with="secret",
        **RIVAL.parts("expiry", beside="token-cookie-hs256-expiry", how=", signed cookie"),
    )
