"""Flask-JWT-Extended, without and with the Redis denylist of its documentation.

https://flask-jwt-extended.readthedocs.io/en/stable/blocklist_and_token_revoking.html: the check
and the logout, of the access token, are that page's; refresh tokens as in
https://flask-jwt-extended.readthedocs.io/en/stable/refreshing_tokens.html.
"""

from __future__ import annotations

from dataclasses import replace

import flask_jwt_extended as extended
from flask import Flask

from demo.auth import Scheme, Settings
from demo.metering import Meter
from demo.storage import STORE_TIMEOUT_S

from .counting import counted_redis
from .flask_jwt_tokens import ExtendedTokens
from .interface import Rival, secret
from .stores import NO_INDEX, redis_url

PAGE = "https://flask-jwt-extended.readthedocs.io/en/stable/"
UNCLAIMED = NO_INDEX | {
    "test_a_login_replaces_the_credential_held_before": "a login gives new tokens and leaves "
    "those that were held before",
    "test_a_logout_ends_the_renewal_too": "a logout is of one token: the client is to log out "
    "with its refresh token as well",
    "test_what_was_put_in_the_cart_before_the_login_is_in_it": "keeps no cart but the token's",
}
PLAIN = Rival(
    "Flask-JWT-Extended", "flask-jwt-extended", f"{PAGE}refreshing_tokens.html", UNCLAIMED
)
LISTED = replace(PLAIN, configuration=f"{PAGE}blocklist_and_token_revoking.html")
RIVALS = {
    "token-bearer-flaskjwt-expiry": PLAIN,
    "token-bearer-flaskjwt-denylist-redis": LISTED,
}


def flask_jwt_expiry(settings: Settings) -> Scheme:
    """Build the scheme without a denylist."""
    meter = Meter()
    tokens = ExtendedTokens(_app(settings), meter if settings.timing else None)
    return Scheme(
        name="token-bearer-flaskjwt-expiry",
        summary="Flask-JWT-Extended, no revocation but expiry.",
        mechanism=tokens,
        transport="bearer",
        strength="at-expiry",
        bound_s=settings.access.total_seconds(),
        shared=settings.keys_file is not None,
        take_measured=meter.take,
        kind="token",
        algorithm="HS256",
        verified_with="secret",
        **PLAIN.parts("expiry", beside="token-bearer-hs256-expiry"),
    )


def flask_jwt_denylist_redis(settings: Settings) -> Scheme:
    """Build the scheme with one; ValueError with the remedy if no Valkey was given."""
    name = "token-bearer-flaskjwt-denylist-redis"
    meter = Meter()
    counting = meter if settings.timing else None
    client = counted_redis(redis_url(name, settings), counting, STORE_TIMEOUT_S)
    return Scheme(
        name=name,
        summary="Flask-JWT-Extended with the Redis denylist of its documentation.",
        mechanism=ExtendedTokens(_app(settings), counting, client),
        transport="bearer",
        strength="immediate",
        shared=settings.keys_file is not None,
        probe=client.ping,
        take_measured=meter.take,
        close=client.close,
        kind="token",
        algorithm="HS256",
        verified_with="secret",
        **LISTED.parts(
            "denylist", "redis", beside="token-bearer-hs256-denylist-redis", how=" + denylist"
        ),
    )


def _app(settings: Settings) -> Flask:
    app = Flask("flask-jwt-extended")
    app.config["JWT_SECRET_KEY"] = secret(settings)
    app.config["JWT_ACCESS_TOKEN_EXPIRES"] = settings.access
    app.config["JWT_REFRESH_TOKEN_EXPIRES"] = settings.absolute
    extended.JWTManager(app)
    return app
