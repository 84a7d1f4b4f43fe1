"""INSECURE ON PURPOSE: pages that run what customers write, and obey what other sites send."""

from __future__ import annotations

from collections.abc import Mapping

from ..shop.policy import Policy


def any_site_may(method: str, headers: Mapping[str, str], host: str) -> bool:  # noqa: ARG001
    """A cookie came along, so the user must have meant it."""
    return True


def show_as_it_came(text: str) -> str:
    """What a customer wrote becomes part of the page."""
    return text


def no_policy() -> str:
    """Any script, from anywhere, to anywhere."""
    return ""


def cookie_for_every_site(value: str) -> str:
    """Sent with every request to the shop, whoever's page made it."""
    return f"session={value}; Path=/; Secure; HttpOnly; SameSite=None"


def cookie_for_scripts(value: str) -> str:
    """A cookie that any script on the page reads."""
    return f"session={value}; Path=/; Secure; SameSite=Lax"


PAGES = (
    Policy(marker="csrf", may_change=any_site_may, set_cookie=cookie_for_every_site),
    Policy(
        marker="xss-theft",
        show_review=show_as_it_came,
        content_policy=no_policy,
        set_cookie=cookie_for_scripts,
    ),
    Policy(marker="xss-riding", show_review=show_as_it_came, content_policy=no_policy),
)
