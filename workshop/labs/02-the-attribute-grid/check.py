"""Judge lab 2: the grid of cookie by situation, in a browser's rules."""

from pathlib import Path

from workshop.runner.loading import module_from
from workshop.runner.verdict import Verdict

attack = module_from(Path(__file__).with_name("attack.py"))


def check(policy, seed):
    """Five doors for Mallory, three walks for Alice."""
    verdict = Verdict()
    with attack.open_shop(policy) as shop:
        now = attack.doors(shop)
    with attack.open_shop(policy) as shop:
        later = attack.doors(shop, minutes=3)
    _attacks(verdict, now, later)
    with attack.open_shop(policy) as shop:
        _users(verdict, shop)
    cookie = policy.set_cookie("x" * 43)
    sent = cookie.partition(";")[0]
    verdict.cost(
        f"{len(sent)} bytes with every request; the attributes are sent once, at the login"
    )
    return verdict


def _attacks(verdict, now, later):
    verdict.attack(
        "a script on the page",
        not now["a script reads it"],
        "A script on the shop's page reads the cookie with document.cookie.",
        "One attribute hides a cookie from scripts.",
    )
    verdict.attack(
        "a connection others can read",
        not now["a plain connection shows it"],
        "Over plain http to a name that is not this machine, everybody on the way reads the cookie.",
        "One attribute keeps a cookie to encrypted connections.",
    )
    two_minutes = not later["another site's form carries it"]
    verdict.attack(
        "another site's form",
        not now["another site's form carries it"],
        "Another site's form carried the cookie"
        + (
            ", in Chromium for the first two minutes and in Firefox always." if two_minutes else "."
        ),
        "Say SameSite yourself: the default differs between browsers and over time.",
    )
    verdict.attack(
        "a host below that listens",
        not now["a host below gets it"],
        "A host below the shop's name was sent the cookie.",
        "Leave Domain out: without it a cookie belongs to one host.",
    )
    verdict.attack(
        "a host below that tosses",
        not now["a host below sets it"],
        "A host below tossed a cookie of that very name, and the browser keeps both.",
        "A certain beginning of the name makes browsers refuse that.",
    )


def _users(verdict, shop):
    alice = shop.browser("alice")
    alice.log_in()
    kept = alice.holds() is not None
    verdict.users(
        "the cookie is kept",
        kept and alice.me() == "alice",
        "The browser dropped the cookie, and says so to nobody: Alice is not logged in.",
        "Look at what a name with __Host- demands: Secure, Path=/, no Domain.",
    )
    alice.page = "http://mail.example/"
    arrived = alice.visit(f"http://{alice.authority}/me")
    verdict.users(
        "a link in her mail",
        arrived.status == 200,
        "Alice followed a link in her mail, and the shop did not know her.",
        "There is a value between Strict and None that lets links through.",
    )
    shop.clock.advance(minutes=20)
    verdict.users(
        "twenty minutes later",
        alice.me() == "alice",
        "Alice read for twenty minutes, and the browser had forgotten the cookie.",
        "Leave Max-Age and Expires out, or let them be longer than the session: the server ends it.",
    )
    answer = alice.get("/cart")
    verdict.users(
        "every page",
        answer.status == 200 and alice.me() == "alice",
        "The cookie does not go along with every page of the shop.",
        "Look at Path.",
    )
