"""No attacker at all: Alice buys one thing after another."""

import base64
import json

from workshop.attacks.target import Outcome
from workshop.shop.small import DoesNotFit, Page, open_small_shop

NAME = "cart"


def pack(cart):
    """The cart as text that a cookie can carry."""
    return base64.urlsafe_b64encode(json.dumps(cart).encode()).decode()


def unpack(value):
    """And back."""
    return json.loads(base64.urlsafe_b64decode(value)) if value else {}


def handler(policy):
    """GET /cart, and POST /cart with an item."""

    def answer(request):
        cart = unpack(request.cookies.get(NAME))
        page = Page()
        if request.method == "POST":
            cart = {**cart, request.form["item"]: int(request.form.get("quantity", "1"))}
            cart = {item: count for item, count in cart.items() if count}
            try:
                text = policy.set_cookie(NAME, pack(cart))
            except DoesNotFit as exc:
                return Page(status=413, fields={"detail": str(exc)})
            if text is not None:
                page.set_cookie(text)
        page.fields = {"items": cart}
        return page

    return answer


def open_shop(policy, port=0, clock=None):
    """The shop of this lab."""
    return open_small_shop(handler(policy), policy.marker, clock, port=port)


def fill(shop, count=90):
    """Put in *count* items; give Alice's browser, what was answered 200, and the last status."""
    alice = shop.browser("alice")
    put, status = [], 200
    for number in range(count):
        item = f"item {number} ".ljust(60, "x")
        status = alice.post("/cart", {"item": item, "quantity": 1}).status
        if status != 200:
            break
        put.append(item)
    return alice, put, status


def run(policy, seed):
    """Count what was answered 200 and is not there."""
    with open_shop(policy) as shop:
        alice, put, status = fill(shop)
        answer = alice.get("/cart")
        kept = answer.json["items"] if answer.status == 200 else []
    lost = len(put) - len(kept)
    story = [
        f"alice puts {len(put)} things into her cart; the last answer is {status}",
        f"she looks: there are {len(kept)}",
    ]
    if lost:
        return Outcome("works", f"{lost} things were answered 200 and are gone.", story)
    return Outcome("blocked", "What was answered 200 is there.", story)
