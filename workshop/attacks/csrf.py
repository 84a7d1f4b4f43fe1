"""Cross-site request forgery: another site's page sends a form that the cookie goes along with."""

from __future__ import annotations

from .target import Outcome, Target, verdict

NAME = "csrf"
TITLE = "A form on another site"
HOW = "The victim opens evil.localhost, whose page posts a form to the shop."


def run(target: Target) -> Outcome:
    """Order 99 teas from a page of the attacker's, seconds after the login."""
    victim = target.browser("alice")
    victim.log_in()
    held, cookies = victim.bearer, dict(victim.jar.cookies)
    victim.new_tab()
    victim.page = f"http://{victim.authority.replace('shop.', 'evil.', 1)}/csrf"
    # A form cannot send an Authorization header; only the shop's own script could.
    answer = victim.submit(f"http://{victim.authority}/cart", {"item": "tea", "quantity": "99"})
    # Where the cookie stayed away, the answer may have begun a stranger's cart in its place.
    victim.bearer, victim.jar.cookies = held, cookies
    items = victim.get("/cart").json.get("items", {})
    story = [f"the form is answered {answer.status}; alice's cart holds {items}"]
    if target.transport == "bearer":
        blocked = "The form arrives without a credential: nothing travels by itself."
    else:
        blocked = f"The form is refused or comes without the cookie; the cart holds {items}."
    works = "Another site's form changed the victim's cart."
    return verdict(items.get("tea") == 99, works, blocked, story)
