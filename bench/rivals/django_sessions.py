"""Django's sessions: in the cache, in the database, in a signed cookie.

https://docs.djangoproject.com/en/5.2/topics/http/sessions/: SESSION_ENGINE and the defaults.
`cycle_key` is what Django's own login does, `flush` its logout.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from demo import storage as called
from demo.auth import Scheme, Settings
from demo.metering import Meter
from demo.storage import postgres_url

from . import django_setup
from .django_kept import DjangoSessions, counting_cache
from .interface import AGE_ALONE, Rival
from .stores import NO_INDEX, NO_RENEWAL, redis_url

CONFIGURATION = "https://docs.djangoproject.com/en/5.2/topics/http/sessions/"
_LOST = "https://stackoverflow.com/questions/13748166/django-session-race-condition"
RIVAL = Rival("Django", "django", CONFIGURATION, NO_INDEX, {"test_two_tabs_lose_nothing": _LOST})
SIGNED = replace(RIVAL, claims_not=NO_INDEX | NO_RENEWAL, apart=AGE_ALONE)
RIVALS = {
    "session-cookie-django-redis": RIVAL,
    "session-cookie-django-postgres": RIVAL,
    "session-cookie-django-signed": SIGNED,
}
STORES = {"cache": "redis", "db": "postgres", "signed": ""}
BESIDE = {
    "cache": "session-cookie-redis",
    "db": "session-cookie-postgres",
    "signed": "token-cookie-hs256-expiry",
}


def django_cache(settings: Settings) -> Scheme:
    """Build the scheme; ValueError with the remedy if no Valkey was given."""
    name = "session-cookie-django-redis"
    redis_url(name, settings)
    django_setup.prepare(settings)
    from django.core.cache import cache

    meter = Meter()
    mechanism = DjangoSessions("cache", settings.access.total_seconds())
    if settings.timing:
        mechanism.opened = counting_cache(mechanism, meter)  # type: ignore[method-assign]
    return _scheme(name, "cache", mechanism, meter, probe=lambda: cache.get("probe"))


def django_db(settings: Settings) -> Scheme:
    """Build the scheme; ValueError with the remedy if no PostgreSQL was given."""
    name = "session-cookie-django-postgres"
    postgres_url(name, settings)
    django_setup.prepare(settings)
    django_setup.migrate()
    from django.db import connection

    meter = Meter()
    mechanism = DjangoSessions("db", settings.access.total_seconds())
    counter = django_setup.count_queries(meter) if settings.timing else None
    mechanism.around = lambda: django_setup.request(counter)  # type: ignore[method-assign]
    return _scheme(name, "db", mechanism, meter, probe=connection.ensure_connection)


def django_signed(settings: Settings) -> Scheme:
    """Build the scheme."""
    name = "session-cookie-django-signed"
    django_setup.prepare(settings)
    mechanism = DjangoSessions("signed_cookies", settings.access.total_seconds())
    bound_s = settings.access.total_seconds()
    return _scheme(name, "signed", mechanism, Meter(), strength="at-expiry", bound_s=bound_s)


def _scheme(name: str, engine: str, mechanism: DjangoSessions, meter: Meter, **more: Any) -> Scheme:
    store = STORES[engine]
    where = called.STORES[store] if store else "a signed cookie"
    return Scheme(
        name=name,
        summary=f"Django's sessions in {where}, as its documentation configures them.",
        mechanism=mechanism,
        transport="cookie",
        take_measured=meter.take,
        close=django_setup.close,
        verified_with="store" if store else "secret",
        place=django_setup.SCHEMA if store == "postgres" else "",
        **(RIVAL if store else SIGNED).parts(
            "delete" if store else "expiry",
            store,
            beside=BESIDE[engine],
            how="" if store else ", signed cookie",
        ),
        **({"strength": "immediate"} | more),
    )
