"""Mallory tries each door that an attribute could have closed."""

from workshop.attacks.target import Outcome
from workshop.naive.pages import any_site_may
from workshop.shop.jar import Sending
from workshop.shop.policy import Policy
from workshop.shop.serving import open_session_shop


def open_shop(policy, port=0, clock=None):
    """The real app; what the cookie says is all that stands in the way of other sites."""
    chosen = Policy(marker=policy.marker, set_cookie=policy.set_cookie, may_change=any_site_may)
    return open_session_shop(chosen, clock, port=port)


def doors(shop, minutes=0.0):
    """Which doors are open, by name, *minutes* after the login."""
    alice = shop.browser("alice")
    alice.log_in()
    if minutes:
        shop.clock.advance(minutes=minutes)
    credential = alice.holds() or "-"
    evil = Sending("shop.localhost", "/cart", "POST", initiator="evil.localhost")
    below = Sending("evil.shop.localhost", "/")
    plain = Sending("shop.localhost", "/", encrypted=False)
    name = shop.policy.set_cookie("x").partition("=")[0].strip()
    tossed = f"{name}=EVIL; Domain=shop.localhost; Path=/; Secure"
    return {
        "a script reads it": credential in alice.jar.document_cookie(alice.host),
        "a plain connection shows it": credential in alice.jar.header(plain),
        "another site's form carries it": credential in alice.jar.header(evil),
        "a host below gets it": credential in alice.jar.header(below),
        "a host below sets it": alice.jar.keep(tossed, "evil.shop.localhost"),
    }


def run(policy, seed):
    """Count the open doors."""
    with open_shop(policy) as shop:
        found = doors(shop)
    story = [f"{name}: {'yes' if is_open else 'no'}" for name, is_open in found.items()]
    is_open = [name for name, value in found.items() if value]
    if is_open:
        return Outcome("works", f"{len(is_open)} of {len(found)} doors are open.", story)
    return Outcome("blocked", "Every door is closed.", story)
