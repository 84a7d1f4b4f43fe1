"""Where the rivals keep their state: the same servers as our schemes, by their own clients."""

from __future__ import annotations

from demo.auth import Settings
from demo.storage import postgres_url

NO_INDEX = {
    "test_a_logout_everywhere_ends_every_login": "keeps no index of a subject's sessions",
    "test_a_logout_everywhere_can_keep_this_one": "keeps no index of a subject's sessions",
    "test_a_changed_password_ends_the_others": "keeps no index of a subject's sessions",
    "test_devices_are_listed_and_can_be_ended": "keeps no index of a subject's sessions",
    "test_whatever_two_requests_do_at_once_the_promises_hold": "keeps no index of a subject's "
    "sessions",
    "test_a_full_cart_changes_nothing": "sets no limit on the size of its data",
}
"""What a session library without an index by subject does not claim."""

NO_RENEWAL = {
    "test_a_renewed_credential_carries_on": "has no renewal: the same data signed in the same "
    "second is the same cookie",
    "test_a_logout_ends_the_renewal_too": "keeps nothing by which a login could be ended before "
    "it expires",
    "test_what_was_put_in_the_cart_before_the_login_is_in_it": "keeps no cart but the cookie's",
}
"""What a session that is its own cookie does not claim."""

NO_END = "keeps nothing by which a login could be ended before it expires"
_ENDING = (
    "test_a_logout_everywhere_ends_every_login",
    "test_a_logout_everywhere_can_keep_this_one",
    "test_a_changed_password_ends_the_others",
    "test_a_logout_ends_the_renewal_too",
    "test_whatever_two_requests_do_at_once_the_promises_hold",
)
NO_STATE = dict.fromkeys(_ENDING, NO_END) | {
    "test_devices_are_listed_and_can_be_ended": "keeps nothing that could be listed",
    "test_a_full_cart_changes_nothing": "sets no limit on the size of its data",
    "test_what_was_put_in_the_cart_before_the_login_is_in_it": "keeps no cart but the token's",
}
"""What a library that only signs and verifies does not claim."""

_THREADS = "https://github.com/pallets-eco/flask-session"
FLASK_SESSION_THREADS = {
    "test_two_tabs_lose_nothing": f"{_THREADS}/issues/71",
    # A comment there tells the course of it: a request saves the session after its logout.
    "test_a_logout_is_final_for_a_request_in_flight": f"{_THREADS}/issues/64",
    "test_a_login_is_final_for_a_request_in_flight": f"{_THREADS}/issues/64",
    "test_reading_asks_the_store_once_at_most": f"{_THREADS}/issues/149",
}
"""Where Flask-Session's users and authors discuss what the contract finds."""


def redis_url(name: str, settings: Settings) -> str:
    """The first Valkey or Redis given; ValueError with the remedy if none is."""
    for url in (settings.store_url or "").split():
        if url.startswith(("redis://", "rediss://", "unix://")):
            return url
    raise ValueError(f"{name} keeps its state in Valkey or Redis: give --store-url redis://host")


def sqlalchemy_url(name: str, settings: Settings) -> str:
    """The first PostgreSQL given, as SQLAlchemy writes it for psycopg 3."""
    return "postgresql+psycopg://" + postgres_url(name, settings).partition("://")[2]
