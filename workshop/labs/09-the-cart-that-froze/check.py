"""Judge lab 9: carts around the limit, to the byte."""

from pathlib import Path

from workshop.runner.loading import module_from
from workshop.runner.verdict import Verdict, cost_us
from workshop.shop.small import DoesNotFit

attack = module_from(Path(__file__).with_name("attack.py"))
LIMIT = 4096
ROOM = 2000
"""What a shop needs at least; a multiple of four, as base64 comes in fours."""


def check(policy, seed):
    """A cart just over the limit, one at it, and what happens after a no."""
    verdict = Verdict()
    with attack.open_shop(policy) as shop:
        _many(verdict, shop)
    with attack.open_shop(policy) as shop:
        _lost(verdict, shop, LIMIT + 4, "by a hair")
    with attack.open_shop(policy) as shop:
        _roomy(verdict, shop)
    with attack.open_shop(policy) as shop:
        _after(verdict, shop)
    short = attack.pack({"tea": 1})
    verdict.cost(
        f"about {cost_us(lambda: _sent(policy, 'cart', short)):.1f} us a change; up to "
        f"{_most(policy):,} of the {LIMIT:,} bytes that a browser keeps, with every request"
    )
    return verdict


def _item_for(size):
    """An item that makes the cookie of a cart with it alone *size* bytes, name and value."""
    length = size - len(attack.NAME)
    for width in range(1, 4000):
        if len(attack.pack({"y" * width: 1})) == length:
            return "y" * width
    raise ValueError(size)


def _items(alice):
    """What is in the cart; nothing if it cannot be read any more."""
    answer = alice.get("/cart")
    return answer.json["items"] if answer.status == 200 else {}


def _lost(verdict, shop, size, how):
    alice = shop.browser("alice")
    alice.post("/cart", {"item": "tea", "quantity": 1})
    alice.post("/cart", {"item": "tea", "quantity": 0})
    item = _item_for(size)
    status = alice.post("/cart", {"item": item, "quantity": 1}).status
    there = item in _items(alice)
    verdict.attack(
        f"a cart that is too large {how}",
        there or status != 200,
        f"The cookie had {size} bytes: the name counts as well, and the browser dropped it in silence.",
        "Count name and value, and raise DoesNotFit above 4,096 bytes.",
    )


def _many(verdict, shop):
    alice, put, _ = attack.fill(shop)
    lost = len(put) - len(_items(alice))
    verdict.attack(
        "a cart of ninety things",
        lost == 0,
        f"{lost} things were answered 200 and are gone: the browser dropped the cookie."
        if alice.jar.dropped
        else f"The shop said that all was well {lost} times, and set no cookie.",
        "Refuse what the browser would drop, before it is sent, and say so: raise DoesNotFit.",
    )


def _roomy(verdict, shop):
    """Any limit that the browser keeps will do, as long as people can shop."""
    alice = shop.browser("alice")
    status = alice.post("/cart", {"item": _item_for(ROOM), "quantity": 1}).status
    verdict.users(
        "a cart of ordinary size",
        status == 200 and len(_items(alice)) == 1,
        f"A cookie of {ROOM:,} bytes was refused, and the browser would have kept it.",
        "A browser keeps 4,096 bytes, name and value together; the attributes do not count.",
    )


def _most(policy):
    """The largest cookie that the policy sends, in bytes of name and value."""
    low, high = 0, LIMIT + 1
    while high - low > 1:
        size = (low + high) // 2
        low, high = (size, high) if _sent(policy, "c", "x" * (size - 1)) else (low, size)
    return low


def _sent(policy, name, value):
    try:
        return policy.set_cookie(name, value) is not None
    except DoesNotFit:
        return False


def _after(verdict, shop):
    alice, put, _ = attack.fill(shop)
    before = _items(alice)
    gone = put[0] if put else "nothing"
    removed = alice.post("/cart", {"item": gone, "quantity": 0}).status
    now = _items(alice)
    verdict.users(
        "taking something out of a full cart",
        removed == 200 and len(now) == len(before) - 1,
        "The cart is full, and nothing can be taken out of it any more.",
        "A smaller cart fits: look at what would be sent, not at what there was.",
    )
