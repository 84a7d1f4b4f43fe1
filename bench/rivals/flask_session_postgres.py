"""Flask-Session on SQLAlchemy and PostgreSQL, as its documentation configures SQLAlchemy.

https://flask-session.readthedocs.io/en/latest/config.html: SESSION_TYPE and SESSION_SQLALCHEMY, a
schema of its own, so that what it keeps can be weighed, and the defaults for everything else.
"""

from __future__ import annotations

from flask import Flask
from flask_session import Session
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, text
from sqlalchemy.exc import SQLAlchemyError

from demo.auth import Scheme, Settings
from demo.metering import Meter

from .counting import READING
from .flask_kept import FlaskSessions
from .interface import Rival
from .stores import FLASK_SESSION_THREADS, NO_INDEX, sqlalchemy_url

NAME = "session-cookie-flasksession-postgres"
RIVAL = Rival(
    "Flask-Session",
    "flask-session",
    "https://flask-session.readthedocs.io/en/latest/config.html",
    NO_INDEX,
    FLASK_SESSION_THREADS,
)
RIVALS = {NAME: RIVAL}


def flask_session_postgres(settings: Settings) -> Scheme:
    """Build the scheme; ValueError with the remedy if no PostgreSQL was given."""
    app = Flask(NAME)
    app.config.update(
        SQLALCHEMY_DATABASE_URI=sqlalchemy_url(NAME, settings),
        PERMANENT_SESSION_LIFETIME=settings.absolute,
    )
    database = SQLAlchemy(app)
    app.config.update(
        SESSION_TYPE="sqlalchemy", SESSION_SQLALCHEMY=database, SESSION_SQLALCHEMY_SCHEMA=NAME
    )
    with app.app_context():
        engine = database.engine
    with engine.connect() as connection:
        # Nodes start together: one makes the table, and the others wait for it.
        connection.execute(text("SELECT pg_advisory_lock(20261123)"))
        connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{NAME}"'))
        connection.commit()
        Session(app)
        connection.execute(text("SELECT pg_advisory_unlock(20261123)"))
    meter = Meter()

    def count(_: object, __: object, statement: str, *___: object) -> None:
        reads = statement.split(maxsplit=1)[0].upper() in READING
        meter.reads += reads
        meter.writes += not reads

    if settings.timing:
        event.listen(engine, "before_cursor_execute", count)

    def ping() -> None:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    return Scheme(
        name=NAME,
        summary="Flask-Session in PostgreSQL over SQLAlchemy, as its documentation configures it.",
        mechanism=FlaskSessions(app, (SQLAlchemyError,), needs_app=True),
        transport="cookie",
        strength="immediate",
        probe=ping,
        take_measured=meter.take,
        close=engine.dispose,
        verified_with="store",
        place=NAME,
        **RIVAL.parts("delete", "postgres", beside="session-cookie-postgres"),
    )
