"""Judge lab 4: IDs that somebody else knows, and whether cart, login and others survive."""

from pathlib import Path

from workshop.runner.loading import load, module_from
from workshop.runner.verdict import Verdict, cost_text, cost_us
from workshop.shop.guessing import can_be_made_again, drawn, weakness
from workshop.shop.policy import new_id
from workshop.shop.sessions import Sessions

HERE = Path(__file__).parent
attack = module_from(HERE / "attack.py")
LOGINS = 4000


def check(policy, seed):
    """An ID made up, got from the shop, of Mallory's own login, tossed, computed; then users."""
    verdict = Verdict()
    _made_up(verdict, policy)
    _given(verdict, policy)
    _own(verdict, policy)
    verdict.attack(
        "a tossed cookie",
        not attack.run(policy, seed).worked,
        "A cookie that evil.shop.localhost tossed made Mallory Alice.",
        "Give out a new ID at every login, whatever came with the request.",
    )
    _guessed(verdict, policy)
    _cart(verdict, policy)
    _others(verdict, policy)
    start = module_from(HERE / "start" / "policy.py")
    verdict.cost(cost_text("a login's ID", _us(policy), _us(start)))
    return verdict


def _log_in_by_link(shop, chosen):
    """Alice follows a link with *chosen* in it and logs in. Return her browser."""
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
    """Mallory fills a cart of nobody's, and gives Alice its ID."""
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
        alice.post("/cart", {"item": "a secret gift", "quantity": 1})
        seen = _thief(shop, chosen).get("/cart").json.get("items", {})
        verdict.attack(
            "Alice's cart under the old ID",
            "a secret gift" not in seen,
            "The old ID still shows what Alice puts into her cart after the login.",
            "Move what the old ID held: it must open nothing any more.",
        )


def _own(verdict, policy):
    """Mallory logs in as herself first, and gives Alice that ID."""
    with attack.open_shop(policy) as shop:
        mallory = shop.browser("mallory")
        mallory.log_in()
        mallory.post("/cart", {"item": "bait", "quantity": 1})
        chosen = mallory.holds() or ""
        alice = _log_in_by_link(shop, chosen)
        verdict.attack(
            "the ID of Mallory's own login",
            _thief(shop, chosen).me() != "alice",
            "Mallory had logged in under that ID herself, and Alice was logged in under it as well.",
            "Give out a new ID at every login, whoever the session belonged to before.",
        )
        items = alice.get("/cart").json.get("items", {})
        verdict.attack(
            "another person's cart",
            "bait" not in items,
            "Alice logged in where Mallory had been logged in, and has Mallory's cart.",
            "What belongs to a person stays with that person: bind after the move sees to it.",
        )


def _guessed(verdict, policy):
    """Log in hundreds of times, and once more in a world that is the same in all but chance."""

    def login(of, sessions, name="alice"):
        if not sessions.exists("held"):
            sessions.begin("held")
        return of.credential_at_login(sessions, "held", name)

    def fresh():
        return Sessions(new_id, lambda: 0.0)

    sessions = fresh()
    first = login(policy, sessions)
    if not isinstance(first, str) or first == "held":
        return
    found = weakness([first, *drawn(lambda: login(policy, sessions), LOGINS)])
    if not found and can_be_made_again(lambda: login(load(policy.path), fresh())):
        found = "Mallory knew the old ID and Alice's name, and made the new ID out of them."
    verdict.attack(
        "computing the new ID",
        not found,
        found,
        "Draw the new ID at random: sessions.new_id() does.",
    )


def _cart(verdict, policy):
    with attack.open_shop(policy) as shop:
        bob = shop.browser("bob")
        bob.post("/cart", {"item": "coffee", "quantity": 2})
        status = bob.log_in().status
        items = bob.get("/cart").json.get("items", {})
        verdict.users(
            "the cart of before the login",
            items == {"coffee": 2} and status == 200,
            f"Bob put coffee into his cart, logged in, and the cart is empty or wrong: {items}."
            if status == 200
            else f"Bob had something in his cart, and his login was answered {status}.",
            "Move what the visitor had collected to the new ID.",
        )
        verdict.users(
            "logged in",
            bob.me() == "bob",
            f"After the login the shop takes Bob for {bob.me()}.",
            "Bind the session to the subject, and give the ID that opens it.",
        )


def _others(verdict, policy):
    """A login with nothing, one with a cookie of last year, and one beside others."""
    with attack.open_shop(policy) as shop:
        bob, alice = shop.browser("bob"), shop.browser("alice")
        bob.log_in()
        alice.plant("session", "of-last-year")
        status = alice.log_in().status
        verdict.users(
            "a cookie of last year",
            status == 200 and alice.me() == "alice",
            f"Alice came with a cookie that no session has any more; the login was answered {status}.",
            "An ID that is not known is no reason to refuse a password: begin a new session.",
        )
        verdict.users(
            "others who are logged in",
            bob.me() == "bob",
            "Bob was logged in. Alice logged in, too, and Bob is out.",
            "End nobody's session but the one that is moved.",
        )


def _us(policy):
    def log_in():
        sessions = Sessions(new_id, lambda: 0.0)
        sessions.begin("held")
        policy.credential_at_login(sessions, "held", "alice")

    return cost_us(log_in)
