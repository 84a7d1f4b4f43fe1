"""Judge lab 5: replays on every node and at every time, and other people's logins."""

from pathlib import Path

from workshop.runner.loading import module_from
from workshop.runner.verdict import Verdict

attack = module_from(Path(__file__).with_name("attack.py"))


def check(policy, seed):
    """The copy here, the copy there, the copy later, the copy in an outage."""
    verdict = Verdict()
    with attack.open_shop(policy) as shop:
        _replays(verdict, shop)
    with attack.open_shop(policy) as shop:
        _outage(verdict, shop)
    with attack.open_shop(policy) as shop:
        _others(verdict, shop)
    with attack.open_shop(policy) as shop:
        _cost(verdict, shop)
    return verdict


def _stolen(shop, log_out=True):
    """Alice logs in at the first node, and out again; give thieves at both nodes."""
    alice = shop.browser("alice")
    alice.log_in()
    thieves = [shop.browser("mallory", node) for node in (0, 1)]
    for thief in thieves:
        thief.bearer = alice.bearer
    if log_out:
        alice.post("/logout")
    return thieves


def _replays(verdict, shop):
    here, there = _stolen(shop)
    verdict.attack(
        "a replay where she logged out",
        here.me() is None,
        "The copy works after the logout, as if nothing had happened.",
        "Note in log_out that this token is dead, and ask for that in accepts.",
    )
    verdict.attack(
        "a replay elsewhere",
        there.me() is None,
        "The other node has not heard of the logout and accepts the copy.",
        "Each node has a memory of its own: note it where all nodes look.",
    )
    shop.clock.advance(seconds=240)
    verdict.attack(
        "a replay four minutes later",
        here.me() is None and there.me() is None,
        "The copy came back to life before the token expired.",
        "Remember the denial for as long as the token could be used: until exp.",
    )


def _outage(verdict, shop):
    here, _ = _stolen(shop)
    shop.deployment.shared.is_down = True
    verdict.attack(
        "a replay in an outage",
        here.me() is None,
        "The store was down, and the thief was let in.",
        "A store that does not answer is an error, not a yes: let the exception through.",
    )


def _others(verdict, shop):
    laptop, phone, bob = shop.browser("alice"), shop.browser("alice", 1), shop.browser("bob")
    for browser in (laptop, phone, bob):
        browser.log_in()
    verdict.users(
        "logged in",
        (laptop.me(), phone.me(), bob.me()) == ("alice", "alice", "bob"),
        "Somebody who has not logged out is refused.",
        "Refuse only what a logout has named.",
    )
    laptop.post("/logout")
    verdict.users(
        "other logins",
        (phone.me(), bob.me()) == ("alice", "bob"),
        "Alice logged out on her laptop, and her phone is out as well.",
        "Name the one token, not the person: every token has a number of its own, jti.",
    )
    laptop.log_in()
    verdict.users(
        "coming back",
        laptop.me() == "alice",
        "Alice cannot log in again.",
        "A new login is a new token, with a new number.",
    )


def _cost(verdict, shop):
    alice = shop.browser("alice")
    alice.log_in()
    shared = shop.deployment.shared
    shared.reads = 0
    for _ in range(10):
        alice.me()
    trips = shared.reads / 10
    verdict.cost(
        f"{trips:g} round trips to the store a request, and 0 as it was at the start; "
        "what one costs here: python -m workshop measure 5"
    )
