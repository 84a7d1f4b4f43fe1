"""Judge lab 1: where the ID ends up, and whether Alice is still known."""

import base64
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from workshop.runner.loading import module_from
from workshop.runner.verdict import Verdict
from workshop.shop.small import Request

attack = module_from(Path(__file__).with_name("attack.py"))


def check(policy, seed):
    """One walk through the shop, other people meanwhile, and links and forms of Mallory's."""
    verdict = Verdict()
    with attack.open_shop(policy) as shop:
        alice, credential, by_link, by_form = attack.walk(shop)
        _leaks(verdict, shop, alice, credential)
        _nothing(verdict, shop)
        _planted(verdict, policy, shop)
        verdict.users(
            "following a link",
            by_link == "alice",
            f"Alice clicked a link and was taken for {by_link or 'nobody'}.",
            _why(alice),
        )
        verdict.users(
            "sending a form",
            by_form == "alice",
            f"Alice sent a form and was taken for {by_form or 'nobody'}.",
            "Find the ID where your deliver has put it, for forms too; look at the cookie's Path.",
        )
        _two(verdict, shop)
    verdict.cost(f"{len(credential)} bytes with every request, wherever they stand")
    return verdict


def _why(alice):
    """What to do about a click after which nobody is known."""
    if alice.jar.dropped:
        return f"The browser dropped the cookie: {alice.jar.dropped[0]}."
    if alice.jar.cookies:
        names = ", ".join(cookie.name for cookie in alice.jar.cookies.values())
        return f"The browser has the cookie {names}: does find look for that name, and in cookies?"
    return "A link is a GET: it sends no hidden field. What goes along with links and forms?"


def _leaks(verdict, shop, alice, credential):
    """Search what others read, in any alphabet; and use what they read."""

    def leaked(texts):
        return any(_holds(text, credential) for text in texts) or _opens(shop, texts)

    verdict.attack(
        "the partner's Referer",
        not leaked(shop.loot.referers),
        "The partner's server was sent Alice's ID, in the Referer of her click.",
        "Keep the ID out of the address that she clicked from.",
    )
    verdict.attack(
        "the access log",
        not leaked([line.partition(" ")[2] for line in shop.log]),
        "The shop's own access log holds Alice's ID, for everybody who may read logs.",
        "Whatever is in an address is logged, however it is written: by you, by proxies, by the "
        "browser.",
    )
    verdict.attack(
        "the history",
        not leaked(alice.history),
        "The browser's history holds Alice's ID, for the next one at this machine.",
        "Keep the ID out of the address.",
    )


def _holds(text, credential, depth=2):
    """Whether the ID stands in *text*, in an alphabet that anybody can read."""
    if credential in text or credential in text[::-1] or credential in unquote(text):
        return True
    if not depth:
        return False
    words = re.findall(r"[A-Za-z0-9+/=_~.-]{20,}", unquote(text))
    return any(_holds(plain, credential, depth - 1) for word in words for plain in _plain(word))


def _plain(word):
    """What a word may mean."""
    padded = word.rstrip("=") + "=" * (-len(word.rstrip("=")) % 4)
    for read in (base64.b64decode, base64.urlsafe_b64decode, bytes.fromhex, base64.b32decode):
        try:
            yield read(word if read is bytes.fromhex else padded).decode()
        except ValueError:
            continue
    yield word.swapcase()


def _opens(shop, texts):
    """Whether one of these addresses makes a stranger somebody, in a browser that is new."""
    for text in dict.fromkeys(texts):
        parts = urlsplit(text)
        if not parts.query or (parts.hostname or "shop.localhost") != "shop.localhost":
            continue
        stranger = shop.browser("mallory")
        path = f"{parts.path or '/'}?{parts.query}"
        if stranger.get(path, User_Agent="another browser").json.get("subject") is not None:
            return True
    return False


def _nothing(verdict, shop):
    """Ask with nothing at all, from Alice's address and with her kind of browser."""
    mallory = shop.browser("mallory")
    seen = [mallory.get("/cart", User_Agent="alice's browser").json["subject"] for _ in range(2)]
    verdict.attack(
        "asking without an ID",
        set(seen) == {None},
        f"Mallory carried nothing, and the shop took her for {seen[0] or seen[1]}.",
        "The server must not remember who was there: find reads what came with this request.",
    )


class Anything(dict):
    """An address, or a form, in which Mallory has written her ID under every name there is."""

    def __init__(self, text):
        super().__init__({"sid": text, "id": text, "session": text})
        self._text = text

    def get(self, name, default=None):
        return self._text

    def __getitem__(self, name):
        return self._text

    def __contains__(self, name):
        return True


def _planted(verdict, policy, shop):
    """Mallory sends people links and forms that hold an ID of hers, as her own pages write it."""
    mallory, bob = shop.browser("mallory"), shop.browser("bob")
    home = f"http://{bob.authority}"
    before = set(shop.live)
    said = mallory.submit(f"{home}/login", {"username": "mallory", "password": mallory.password})
    hers = next(iter(set(shop.live) - before))
    links = [urlsplit(link).query for link in said.json["links"]]
    bob.submit(f"{home}/login", {"username": "bob", "password": bob.password})
    addresses = [f"{home}/cart?{query}" for query in (f"sid={hers}", *filter(None, links))]
    seen = {bob.visit(address).json["subject"] for address in addresses}
    finds = {
        place: policy.find(
            Request("GET", "/cart", "192.0.2.9", "new", {}, *_written(place, hers)),
        )
        == hers
        for place in ("address", "form")
    }
    verdict.attack(
        "an ID planted in a link",
        "mallory" not in seen and not finds["address"],
        "Bob followed a link with an ID planted in it, and now shops in Mallory's session.",
        "Do not look for the ID in the address at all: a link can be written by anybody.",
    )
    # Where nothing else carries the ID, the link that nobody is known after is told instead.
    carries = bool(bob.jar.cookies)
    verdict.attack(
        "an ID planted in a form",
        not (carries and finds["form"]),
        "A page of Mallory's sent the shop a form with her ID in it, and Bob shops in her session.",
        "A hidden field can be written by anybody, too: let the cookie be the only place.",
    )


def _written(place, text):
    return (Anything(text), {}) if place == "address" else ({}, Anything(text))


def _two(verdict, shop):
    """Two people at once, and one of them in a second tab."""
    alice, bob = shop.browser("alice"), shop.browser("bob")
    home = f"http://{alice.authority}"
    for browser in (alice, bob):
        login = {"username": browser.name, "password": browser.password}
        browser.submit(f"{home}/login", login)
    seen = []
    for browser in (alice, bob, alice):
        browser.new_tab()
        seen.append(browser.visit(f"{home}/cart").json["subject"])
    verdict.users(
        "two people, and a second tab",
        seen == ["alice", "bob", "alice"],
        f"Alice, Bob and Alice opened the cart in new tabs, and were taken for {seen}.",
        "What the browser brings by itself with every request is a cookie.",
    )
