"""Over the `SessionStore` of Django, once it is set up; see django_sessions.py."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from demo.auth import Revocation
from demo.metering import Meter

from .counting import counted
from .interface import Ended
from .kept import DictSessions, at_expiry


class DjangoSessions(DictSessions):
    """Over the `SessionStore` of one engine."""

    def __init__(self, engine: str, lifetime_s: float) -> None:
        from django.contrib.sessions.backends.base import UpdateError
        from django.db import DatabaseError
        from redis import RedisError

        self._store = import_module(f"django.contrib.sessions.backends.{engine}").SessionStore
        self._is_signed = engine == "signed_cookies"
        self._gone = UpdateError
        self.outages = (DatabaseError, RedisError)
        self.lifetime_s = lifetime_s

    def opened(self, credential: str | None) -> Any:
        return self._store(credential)

    def saved(self, session: Any) -> str:
        if session.modified:  # as django.contrib.sessions.middleware
            try:
                session.save()
            except self._gone:
                raise self.rejection from None
            session.modified = False
        return str(session.session_key)

    def renewed(self, session: Any) -> None:
        session.cycle_key()
        session.modified = True

    def ended(self, session: Any) -> Revocation:
        session.flush()
        return at_expiry(self.lifetime_s) if self._is_signed else Ended("immediate")


def counting_cache(mechanism: DjangoSessions, meter: Meter) -> Any:
    """What opens sessions of *mechanism*, with the cache's work counted."""
    opened = mechanism.opened

    def watched(credential: str | None) -> Any:
        session = opened(credential)
        session.load = counted(session.load, meter, lambda _: "GET")
        session.save = counted(session.save, meter, lambda _: "SET")
        return session

    return watched
