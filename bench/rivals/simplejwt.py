"""simplejwt with rotation and blacklist, and the user looked up for each request, its default.

https://django-rest-framework-simplejwt.readthedocs.io/en/latest/blacklist_app.html and
/settings.html: ROTATE_REFRESH_TOKENS and BLACKLIST_AFTER_ROTATION.
"""

from __future__ import annotations

from demo.auth import Scheme, Settings
from demo.metering import Meter
from demo.storage import postgres_url

from . import django_setup
from .interface import Rival

NAME = "token-bearer-simplejwt-blacklist-postgres"
NO_VISITORS = "tokens are for users: there is no anonymous visitor"
NOT_ONE = "blacklists all refresh tokens of a user, or one that it is given"
RIVAL = Rival(
    "simplejwt",
    "djangorestframework-simplejwt",
    "https://django-rest-framework-simplejwt.readthedocs.io/en/latest/blacklist_app.html",
    {
        "test_a_logout_everywhere_can_keep_this_one": NOT_ONE,
        "test_a_changed_password_ends_the_others": NOT_ONE,
        "test_devices_are_listed_and_can_be_ended": "lists outstanding tokens, not logins",
        "test_a_full_cart_changes_nothing": "sets no limit on the size of its claims",
        "test_a_cart_survives_the_login": NO_VISITORS,
        "test_a_login_sent_twice_is_one_login_and_keeps_the_cart": NO_VISITORS,
        "test_a_visitor_whose_login_was_overtaken_keeps_the_cart": NO_VISITORS,
        "test_what_was_put_in_the_cart_before_the_login_is_in_it": NO_VISITORS,
        "test_whatever_two_requests_do_at_once_the_promises_hold": NO_VISITORS,
        "test_a_login_replaces_the_credential_held_before": NO_VISITORS,
    },
    apart="asks for the user, where ours asks for a denial",
)
RIVALS = {NAME: RIVAL}


def simplejwt_blacklist(settings: Settings) -> Scheme:
    """Build the scheme; ValueError with the remedy if no PostgreSQL was given."""
    postgres_url(NAME, settings)
    django_setup.prepare(settings)
    django_setup.migrate()
    # Only now: Django's models cannot be imported before it is set up.
    from django.db import connection

    from .simplejwt_tokens import SimpleTokens

    meter = Meter()
    return Scheme(
        name=NAME,
        summary="simplejwt with rotation and blacklist in PostgreSQL; the user is looked up.",
        mechanism=SimpleTokens(settings, meter if settings.timing else None),
        transport="bearer",
        strength="at-expiry",
        bound_s=settings.access.total_seconds(),
        shared=settings.keys_file is not None,
        probe=connection.ensure_connection,
        take_measured=meter.take,
        close=django_setup.close,
        kind="token",
        algorithm="HS256",
        verified_with="secret",
        place=NAME,
        **RIVAL.parts("denylist", "postgres", beside="token-bearer-hs256-denylist-postgres"),
    )
