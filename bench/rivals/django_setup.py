"""One Django for all rivals of its kind: settings are global to a process, so they are made once.

Tables are made by Django's own migrations, in a PostgreSQL schema of their own.
"""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from demo.auth import Settings
from demo.metering import Meter
from demo.storage import has_postgres, has_redis, postgres_url

from .counting import counted
from .interface import secret
from .stores import redis_url

SCHEMA = "session-cookie-django-postgres"
"""Where the tables are: of that name, so that what its sessions take is weighed as ours is."""
APPS = (
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "rest_framework_simplejwt.token_blacklist",
)

_lock = threading.Lock()


def prepare(settings: Settings) -> None:
    """Configure Django for this process; again, if it was and the stores are others by now."""
    import django
    from django.conf import settings as configured

    options = _options(settings)
    with _lock:
        if not configured.configured:
            configured.configure(**options)
            django.setup()
        for name, handler in _handlers().items():
            if getattr(configured, name) != options.get(name, getattr(configured, name)):
                setattr(configured, name, options[name])
                _forget(handler)


def _handlers() -> dict[str, Any]:
    from django.core.cache import caches
    from django.db import connections

    return {"DATABASES": connections, "CACHES": caches}


def _forget(handler: Any) -> None:
    """Have *handler* read its settings anew, and connect anew."""
    for alias in handler:
        with suppress(AttributeError):
            del handler[alias]
    handler._settings = None
    vars(handler).pop("settings", None)


def migrate() -> None:
    """Make the tables in PostgreSQL."""
    from django.core.management import call_command
    from django.db import connection

    with _lock, connection.cursor() as cursor:
        # Nodes start together: one makes the tables, and the others wait for it.
        cursor.execute("SELECT pg_advisory_lock(20261122)")
        try:
            cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{SCHEMA}"')
            call_command("migrate", verbosity=0, interactive=False)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(20261122)")


def close() -> None:
    """Close this thread's connection."""
    from django.db import connections

    connections.close_all()


def request(counter: Any = None) -> AbstractContextManager[Any]:
    """What a request that asks the database runs in: a connection that broke is replaced first."""
    from django.db import close_old_connections, connection

    close_old_connections()  # as Django does when a request begins
    return connection.execute_wrapper(counter) if counter else nullcontext()


def count_queries(meter: Meter) -> Any:
    """An execute wrapper for `connection.execute_wrapper` that counts by the first word."""

    def wrapper(execute: Any, sql: str, *rest: Any) -> Any:
        return counted(execute, meter, lambda _: sql.split(maxsplit=1)[0].upper())(sql, *rest)

    return wrapper


def _options(settings: Settings) -> dict[str, Any]:
    """One lifetime for all kinds of sessions: the signed ones know no other."""
    options: dict[str, Any] = {
        "SECRET_KEY": secret(settings),
        "INSTALLED_APPS": APPS,
        "USE_TZ": True,
        "SESSION_COOKIE_AGE": int(settings.access.total_seconds()),
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        # https://django-rest-framework-simplejwt.readthedocs.io/en/latest/settings.html
        "SIMPLE_JWT": {
            "ACCESS_TOKEN_LIFETIME": settings.access,
            "REFRESH_TOKEN_LIFETIME": settings.absolute,
            "ROTATE_REFRESH_TOKENS": True,
            "BLACKLIST_AFTER_ROTATION": True,
        },
    }
    if has_redis(settings):
        # https://docs.djangoproject.com/en/5.2/topics/cache/#redis
        backend = "django.core.cache.backends.redis.RedisCache"
        location = redis_url("Django's cache", settings)
        options["CACHES"] = {"default": {"BACKEND": backend, "LOCATION": location}}
    if has_postgres(settings):
        options["DATABASES"] = {"default": _database(postgres_url("Django", settings))}
    return options


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or given.get("user", "")),
        "PASSWORD": unquote(parts.password or given.get("password", "")),
        "HOST": parts.hostname or given.get("host", ""),
        "PORT": str(parts.port or given.get("port", "")),
        # https://docs.djangoproject.com/en/5.2/ref/databases/#persistent-connections
        "CONN_MAX_AGE": None,
        "OPTIONS": {"options": f'-c search_path="{SCHEMA}"'},
    }
