"""Flask-Session on Valkey, as its documentation configures Redis.

https://flask-session.readthedocs.io/en/latest/config.html: SESSION_TYPE and SESSION_REDIS, and the
defaults for everything else; https://flask-session.readthedocs.io/en/latest/security.html:
`regenerate` at a login.
"""

from __future__ import annotations

import redis
from flask import Flask
from flask_session import Session

from demo.auth import Scheme, Settings
from demo.metering import Meter
from demo.storage import STORE_TIMEOUT_S

from .counting import counted_redis
from .flask_kept import FlaskSessions
from .interface import Rival
from .stores import FLASK_SESSION_THREADS, NO_INDEX, redis_url

NAME = "session-cookie-flasksession-redis"
RIVAL = Rival(
    "Flask-Session",
    "flask-session",
    "https://flask-session.readthedocs.io/en/latest/config.html",
    NO_INDEX,
    FLASK_SESSION_THREADS,
)
RIVALS = {NAME: RIVAL}


def flask_session_redis(settings: Settings) -> Scheme:
    """Build the scheme; ValueError with the remedy if no Valkey was given."""
    meter = Meter()
    client = counted_redis(
        redis_url(NAME, settings), meter if settings.timing else None, STORE_TIMEOUT_S
    )
    app = Flask(NAME)
    app.config.update(
        SESSION_TYPE="redis",
        SESSION_REDIS=client,
        SESSION_KEY_PREFIX=f"{NAME}:",
        PERMANENT_SESSION_LIFETIME=settings.absolute,
    )
    Session(app)
    return Scheme(
        name=NAME,
        summary="Flask-Session in Valkey, as its documentation configures it.",
        mechanism=FlaskSessions(app, (redis.RedisError,)),
        transport="cookie",
        strength="immediate",
        probe=client.ping,
        take_measured=meter.take,
        close=client.close,
        verified_with="store",
        **RIVAL.parts("delete", "redis", beside="session-cookie-redis"),
    )
