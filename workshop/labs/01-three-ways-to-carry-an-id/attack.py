"""Mallory runs the partner's site, and a friend of hers reads the shop's access log."""

import secrets

from workshop.attacks.target import Outcome
from workshop.shop.small import Page, open_small_shop


def handler(policy, passwords, live):
    """Three pages: the start, the cart, and a link to a partner."""

    def answer(request):
        if request.path == "/login":
            name = request.form.get("username", "")
            if passwords.get(name) != request.form.get("password"):
                return Page(status=401)
            credential = secrets.token_urlsafe(32)
            live[credential] = name
        else:
            credential = policy.find(request)
        page = Page(links=["/", "/cart"], forms=[{"action": "/order"}])
        name = live.get(credential)
        if name is not None:
            policy.deliver(page, credential)
        page.fields = {"subject": name}
        return page

    return answer


def open_shop(policy, port=0, clock=None):
    """The shop of this lab."""
    passwords, live = {}, {}
    shop = open_small_shop(handler(policy, passwords, live), policy.marker, clock, port=port)
    passwords.update(shop.accounts.passwords)
    shop.live = live
    return shop


def walk(shop):
    """Alice logs in, follows a link, and then the link to the partner. Return what she was told."""
    alice = shop.browser("alice")
    home = f"http://{alice.authority}"
    alice.visit(f"{home}/")
    said = alice.submit(f"{home}/login", {"username": "alice", "password": alice.password}).json
    credential = next(iter(shop.live))
    by_link = alice.visit(home + said["links"][1]).json
    form = {key: value for key, value in by_link["forms"][0].items() if key != "action"}
    by_form = alice.submit(f"{home}/order", form).json
    alice.visit(home + said["links"][1])
    alice.visit(shop.evil("/prize"))
    return alice, credential, by_link["subject"], by_form["subject"]


def run(policy, seed):
    """Read what the partner, the log and the history have."""
    with open_shop(policy) as shop:
        alice, credential, *_ = walk(shop)
        referer = any(credential in text for text in shop.loot.referers)
        log = any(credential in line for line in shop.log)
        history = any(credential in address for address in alice.history)
        story = [
            "alice logs in, opens her cart, and follows a link to a partner",
            f"the partner's server got the ID in the Referer: {referer}",
            f"the shop's access log holds it: {log}",
            f"the browser's history holds it: {history}",
        ]
        if referer or log or history:
            return Outcome("works", "Whoever reads one of them is Alice.", story)
        return Outcome("blocked", "None of them has the ID.", story)
