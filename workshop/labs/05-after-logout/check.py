"""Judge lab 5: replays on every node and at every time, outages, and other people's logins."""

from pathlib import Path

from workshop.runner.loading import module_from
from workshop.runner.verdict import Verdict
from workshop.shop.tokens import ACCESS_S, Counted, StoreDown

attack = module_from(Path(__file__).with_name("attack.py"))
LATER = (1, 59, 61, 120, 240, ACCESS_S - 1)
"""Seconds after the login at which the copy is tried again; the last is just before it expires."""


def check(policy, seed):
    """The copy here, there, later, after another logout, and in and after an outage."""
    verdict = Verdict()
    with attack.open_shop(policy) as shop:
        _replays(verdict, shop)
    with attack.open_shop(policy) as shop:
        _several(verdict, shop)
    with attack.open_shop(policy) as shop:
        _outage(verdict, shop)
    _logout_in_an_outage(verdict, policy)
    with attack.open_shop(policy) as shop:
        _others(verdict, shop)
    with attack.open_shop(policy) as shop:
        _cost(verdict, shop)
    return verdict


def _stolen(shop, name="alice"):
    """*name* logs in at the first node; thieves use a copy at both, before any logout."""
    owner = shop.browser(name)
    owner.log_in()
    thieves = [shop.browser("mallory", node) for node in (0, 1)]
    for thief in thieves:
        thief.bearer = owner.bearer
        thief.me()
    return owner, thieves


def _replays(verdict, shop):
    alice, (here, there) = _stolen(shop)
    # A copy that the second node has not seen alive before the logout.
    unseen = shop.browser("mallory", 1)
    unseen.bearer = alice.bearer
    alice.post("/logout")
    verdict.attack(
        "a replay where she logged out",
        here.me() is None,
        "The copy works after the logout, as if nothing had happened.",
        "shared hands out copies: put back what you changed, with shared[key] = value."
        if shop.deployment.shared.writes
        else "Note in log_out that this token is dead, and ask for that in accepts.",
    )
    verdict.attack(
        "a replay elsewhere",
        there.me() is None and unseen.me() is None,
        "The other node has not heard of the logout and accepts the copy.",
        "Each node has a memory of its own: note it where all nodes look, and look there each time.",
    )
    alive, before = [], 0
    for seconds in LATER:
        shop.clock.advance(seconds=seconds - before)
        before = seconds
        alive += [seconds for thief in (here, there) if thief.me() is not None]
    verdict.attack(
        "a replay later",
        not alive,
        f"The copy came back to life {alive[0] if alive else 0} s after the login, before the token "
        "expired.",
        "Remember the denial for as long as the token could be used: until exp.",
    )


def _several(verdict, shop):
    """Two people log out, one after the other."""
    alice, (copy, _) = _stolen(shop)
    bob, (other, _) = _stolen(shop, "bob")
    alice.post("/logout")
    bob.post("/logout")
    verdict.attack(
        "a replay after somebody else's logout",
        copy.me() is None and other.me() is None,
        "Alice logged out, then Bob did, and one of the two copies works again.",
        "There is room for one token only: give each its own key in shared.",
    )


def _outage(verdict, shop):
    alice, (here, there) = _stolen(shop)
    bob = shop.browser("bob")
    bob.log_in()
    bob.me()
    alice.post("/logout")
    # The second node has seen the copy alive, and hears of nothing from here on.
    shop.deployment.shared.is_down = True
    verdict.attack(
        "a replay in an outage",
        here.me() is None and there.me() is None,
        "The store was down, and the thief was let in.",
        "A store that does not answer is an error, not a yes: let the exception through.",
    )
    bob.me()
    shop.deployment.shared.is_down = False
    verdict.attack(
        "a replay after an outage",
        here.me() is None and there.me() is None,
        "The store answers again, and the copy works again.",
        "What was noted before the outage still counts: ask the store again.",
    )
    verdict.users(
        "people after an outage",
        bob.me() == "bob",
        "The store answers again, and Bob, who never logged out, is still refused.",
        "Do not remember an outage: ask the store at the next request.",
    )


def _logout_in_an_outage(verdict, policy):
    """The store goes down between the request's check and what the logout writes."""
    claims = {"sub": "alice", "jti": "copy", "family": "f", "iat": 1000, "exp": 1000 + ACCESS_S}
    shared, here, there = Counted(), {}, {}
    shared.is_down = True
    try:
        policy.log_out(claims, shared, here)
        said = True
    except StoreDown:
        said = False
    shared.is_down = False
    nodes = ((policy, here), (policy.again(), there))
    works = [each.accepts(claims, shared, own, 1001.0) for each, own in nodes]
    verdict.attack(
        "a logout in an outage",
        not (said and any(works)),
        "The store was down, the logout was answered as if all were well, and the copy works.",
        "A logout that could not be noted must not look like one: let the exception through.",
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
