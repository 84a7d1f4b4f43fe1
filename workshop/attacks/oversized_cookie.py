"""The oversized cookie: the browser drops it in silence and keeps the older one."""

from __future__ import annotations

from .target import Outcome, Target, not_applicable, verdict

NAME = "oversized-cookie"
TITLE = "A cookie over 4,096 bytes"
HOW = "The victim fills the cart; does anything that was answered 200 get lost?"
LINES = 90


def run(target: Target) -> Outcome:
    """Put in one line after another until the app says that it is full, or all are in."""
    if target.transport != "cookie":
        return not_applicable("No cookie carries the credential.")
    victim = target.browser("alice")
    victim.log_in()
    put: dict[str, int] = {}
    status = 200
    for number in range(LINES):
        item = f"item {number} ".ljust(60, "x")
        status = victim.post("/cart", {"item": item, "quantity": 1}).status
        if status != 200:
            break
        put[item] = 1
    lost = len(put) - len(victim.get("/cart").json.get("items", {}))
    story = [f"{len(put)} lines were answered 200, the last answer was {status}; {lost} are lost"]
    if status != 200:
        blocked = f"At {len(put)} lines the app says that the cart is full; nothing is lost."
    else:
        blocked = f"All {len(put)} lines are kept: the cookie does not grow with them."
    return verdict(lost > 0, f"{lost} lines were answered 200 and are lost.", blocked, story)
