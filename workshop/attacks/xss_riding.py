"""XSS that rides: a script on the shop's own page acts as the user, without reading anything."""

from __future__ import annotations

from .target import Outcome, Target, verdict

NAME = "xss-riding"
TITLE = "A script that acts as the user"
HOW = "A script on the shop's page sends the request itself; the browser adds the credential."
MARKUP = (
    "<img src=x onerror=\"fetch('/cart',{method:'POST',headers:{'Content-Type':"
    "'application/json'},body:JSON.stringify({item:'tea',quantity:99})})\">"
)


def run(target: Target) -> Outcome:
    """Order 99 teas from the shop's own page."""
    victim = target.browser("alice")
    victim.log_in()
    if not target.inject(victim, MARKUP):
        return Outcome("blocked", "What a customer writes stays text.", ["the script does not run"])
    victim.post("/cart", {"item": "tea", "quantity": 99})
    items = victim.get("/cart").json.get("items", {})
    story = [f"a script on the page posts the order; the cart holds {items}"]
    works = "A script that is on the page acts as the user: no credential prevents that."
    return verdict(items.get("tea") == 99, works, "The order was refused.", story)
