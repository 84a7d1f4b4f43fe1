"""Judge lab 9: carts around the limit, to the byte."""

from pathlib import Path

from workshop.runner.loading import module_from
from workshop.runner.verdict import Verdict, cost_us

attack = module_from(Path(__file__).with_name("attack.py"))
LIMIT = 4096


def check(policy, seed):
    """A cart just over the limit, one at it, and what happens after a no."""
    verdict = Verdict()
    with attack.open_shop(policy) as shop:
        _many(verdict, shop)
    with attack.open_shop(policy) as shop:
        _lost(verdict, shop, LIMIT + 4, "by a hair")
    with attack.open_shop(policy) as shop:
        _kept(verdict, shop)
    with attack.open_shop(policy) as shop:
        _after(verdict, shop)
    short = attack.pack({"tea": 1})
    verdict.cost(
        f"about {cost_us(lambda: policy.set_cookie('cart', short)):.1f} us a change; the whole cart "
        "travels with every request"
    )
    return verdict


def _item_for(size):
    """An item that makes the cookie of a cart with it alone *size* bytes, name and value."""
    length = size - len(attack.NAME)
    for width in range(1, 4000):
        if len(attack.pack({"y" * width: 1})) == length:
            return "y" * width
    raise ValueError(size)


def _lost(verdict, shop, size, how):
    alice = shop.browser("alice")
    alice.post("/cart", {"item": "tea", "quantity": 1})
    alice.post("/cart", {"item": "tea", "quantity": 0})
    item = _item_for(size)
    status = alice.post("/cart", {"item": item, "quantity": 1}).status
    there = item in alice.get("/cart").json["items"]
    verdict.attack(
        f"a cart that is too large {how}",
        there or status != 200,
        f"The cookie had {size} bytes: the name counts as well, and the browser dropped it in silence.",
        "Count name and value, and raise DoesNotFit above 4,096 bytes.",
    )


def _many(verdict, shop):
    alice, put, _ = attack.fill(shop)
    lost = len(put) - len(alice.get("/cart").json["items"])
    verdict.attack(
        "a cart of ninety things",
        lost == 0,
        f"{lost} things were answered 200 and are gone: the browser dropped the cookie."
        if alice.jar.dropped
        else f"The shop said that all was well {lost} times, and set no cookie.",
        "Refuse what the browser would drop, before it is sent, and say so: raise DoesNotFit.",
    )


def _kept(verdict, shop):
    alice = shop.browser("alice")
    status = alice.post("/cart", {"item": _item_for(LIMIT), "quantity": 1}).status
    verdict.users(
        "a cart that just fits",
        status == 200 and len(alice.get("/cart").json["items"]) == 1,
        "A cookie of 4,096 bytes was refused, and the browser would have kept it.",
        "The attributes do not count: they are not sent back.",
    )


def _after(verdict, shop):
    alice, put, _ = attack.fill(shop)
    before = alice.get("/cart").json["items"]
    removed = alice.post("/cart", {"item": put[0], "quantity": 0}).status
    now = alice.get("/cart").json["items"]
    verdict.users(
        "taking something out of a full cart",
        removed == 200 and len(now) == len(before) - 1,
        "The cart is full, and nothing can be taken out of it any more.",
        "A smaller cart fits: look at what would be sent, not at what there was.",
    )
