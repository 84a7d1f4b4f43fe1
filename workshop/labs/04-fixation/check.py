"""Judge lab 4: three ways to choose somebody's ID, and whether the cart survives."""

from pathlib import Path

from workshop.runner.loading import module_from
from workshop.runner.verdict import Verdict, cost_text, cost_us
from workshop.shop.policy import new_id
from workshop.shop.sessions import Sessions

HERE = Path(__file__).parent
attack = module_from(HERE / "attack.py")


def check(policy, seed):
    """An ID made up, an ID from the shop, a tossed cookie; then the user's side."""
    verdict = Verdict()
    _made_up(verdict, policy)
    _given(verdict, policy)
    verdict.attack(
        "a tossed cookie",
        not attack.run(policy, seed).worked,
        "A cookie that evil.shop.localhost tossed made Mallory Alice.",
        "Give out a new ID at every login, whatever came with the request.",
    )
    _users(verdict, policy)
    start = module_from(HERE / "start" / "policy.py")
    verdict.cost(cost_text("a login's ID", _us(policy), _us(start)))
    return verdict


def _log_in_by_link(shop, chosen):
    """Alice follows a link with *chosen* in it and logs in. Give her browser."""
    alice = shop.browser("alice")
    fields = {"username": "alice", "password": alice.password}
    alice.post(f"/login?sid={chosen}", fields)
    return alice


def _thief(shop, credential):
    thief = shop.browser("mallory")
    thief.plant("session", credential)
    return thief


def _made_up(verdict, policy):
    with attack.open_shop(policy) as shop:
        _log_in_by_link(shop, "chosen-by-mallory")
        verdict.attack(
            "an ID that Mallory made up",
            _thief(shop, "chosen-by-mallory").me() != "alice",
            "The shop adopted an ID that Mallory made up, and logged Alice in under it.",
            "An ID that the shop never gave out must not become a session.",
        )


def _given(verdict, policy):
    with attack.open_shop(policy) as shop:
        mallory = shop.browser("mallory")
        mallory.post("/cart", {"item": "tea", "quantity": 1})
        chosen = mallory.holds() or ""
        alice = _log_in_by_link(shop, chosen)
        worked = _thief(shop, chosen).me() == "alice"
        kept = alice.holds() == chosen
        verdict.attack(
            "an ID that Mallory got from the shop",
            not worked,
            "Mallory asked the shop for one, and Alice was logged in under it."
            if kept
            else "Alice has a new ID, and the old one opens her session as well.",
            "That the shop gave it out does not make it secret: draw a new one at the login."
            if kept
            else "Move the session: the old ID must open nothing any more.",
        )


def _users(verdict, policy):
    with attack.open_shop(policy) as shop:
        bob = shop.browser("bob")
        bob.post("/cart", {"item": "coffee", "quantity": 2})
        bob.log_in()
        items = bob.get("/cart").json.get("items", {})
        verdict.users(
            "the cart of before the login",
            items == {"coffee": 2},
            f"Bob put coffee into his cart, logged in, and the cart is empty or wrong: {items}.",
            "Move what the visitor had collected to the new ID.",
        )
        verdict.users(
            "logged in",
            bob.me() == "bob",
            f"After the login the shop takes Bob for {bob.me()}.",
            "Bind the session to the subject, and give the ID that opens it.",
        )


def _us(policy):
    def log_in():
        sessions = Sessions(new_id, lambda: 0.0)
        sessions.begin("held")
        policy.credential_at_login(sessions, "held", "alice")

    return cost_us(log_in)
