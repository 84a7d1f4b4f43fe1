"""Judge lab 1: where the ID ends up, and whether Alice is still known."""

from pathlib import Path

from workshop.runner.loading import module_from
from workshop.runner.verdict import Verdict

attack = module_from(Path(__file__).with_name("attack.py"))


def check(policy, seed):
    """One walk through the shop, and then a link with somebody else's ID in it."""
    verdict = Verdict()
    with attack.open_shop(policy) as shop:
        alice, credential, by_link, by_form = attack.walk(shop)
        _leaks(verdict, shop, alice, credential)
        _planted(verdict, shop, alice)
        verdict.users(
            "following a link",
            by_link == "alice",
            f"Alice clicked a link and was taken for {by_link or 'nobody'}.",
            "A link is a GET: it sends no hidden field. What goes along with links and forms?",
        )
        verdict.users(
            "sending a form",
            by_form == "alice",
            f"Alice sent a form and was taken for {by_form or 'nobody'}.",
            "Find the ID where your deliver has put it, for forms too.",
        )
    verdict.cost(f"{len(credential)} bytes with every request, wherever they stand")
    return verdict


def _leaks(verdict, shop, alice, credential):
    verdict.attack(
        "the partner's Referer",
        not any(credential in text for text in shop.loot.referers),
        "The partner's server was sent Alice's ID, in the Referer of her click.",
        "Keep the ID out of the address that she clicked from.",
    )
    verdict.attack(
        "the access log",
        not any(credential in line for line in shop.log),
        "The shop's own access log holds Alice's ID, for everybody who may read logs.",
        "Whatever is in an address is logged: by you, by proxies, by the browser.",
    )
    verdict.attack(
        "the history",
        not any(credential in address for address in alice.history),
        "The browser's history holds Alice's ID, for the next one at this machine.",
        "Keep the ID out of the address.",
    )


def _planted(verdict, shop, alice):
    """Mallory sends Bob a link that holds an ID of hers."""
    mallory, bob = shop.browser("mallory"), shop.browser("bob")
    home = f"http://{bob.authority}"
    before = set(shop.live)
    mallory.submit(f"{home}/login", {"username": "mallory", "password": mallory.password})
    hers = (set(shop.live) - before).pop()
    bob.submit(f"{home}/login", {"username": "bob", "password": bob.password})
    seen = bob.visit(f"{home}/cart?sid={hers}").json["subject"]
    verdict.attack(
        "an ID planted in a link",
        seen != "mallory",
        "Bob followed a link with an ID planted in it, and now shops in Mallory's session.",
        "Do not look for the ID in the address at all: a link can be written by anybody.",
    )
