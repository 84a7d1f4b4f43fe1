"""Mallory chooses the ID first, and Alice logs in under it."""

from workshop.attacks import fixation_tossed
from workshop.attacks.target import Target
from workshop.naive.logins import open_cookie
from workshop.shop.policy import Policy
from workshop.shop.serving import open_session_shop


def open_shop(policy, port=0, clock=None):
    """The real app, with nothing in Mallory's way but what happens at the login."""
    chosen = Policy(
        marker=policy.marker,
        credential_at_login=policy.credential_at_login,
        reads_id_from_address=True,
        set_cookie=open_cookie,
    )
    return open_session_shop(chosen, clock, port=port)


def run(policy, seed):
    """By a cookie tossed from evil.shop.localhost."""
    with open_shop(policy) as shop:
        target = Target("lab", "session", "cookie", shop.browser, cookie_name="session")
        return fixation_tossed.run(target)
