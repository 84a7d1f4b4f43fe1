"""Judge lab 0: who is taken for whom."""

from pathlib import Path

from workshop.runner.loading import module_from
from workshop.runner.verdict import Verdict

attack = module_from(Path(__file__).with_name("attack.py"))


def check(policy, seed):
    """Alice and Mallory on one machine, then Bob and Alice at once."""
    verdict = Verdict()
    outcome = attack.run(policy, seed)
    with attack.open_shop(policy) as shop:
        alice, bob, mallory = (shop.browser(name) for name in ("alice", "bob", "mallory"))
        alice.log_in()
        credential = alice.holds() or ""
        shared = outcome.worked and _only_by_address(policy)
        verdict.attack(
            "asking without a credential",
            not outcome.worked,
            "Mallory has the same address as Alice, and is taken for her."
            if shared
            else "Mallory carried nothing and was told that she is Alice.",
            "People share addresses: let the request itself carry the difference."
            if shared
            else "Write the name down under something that only Alice's next request carries.",
        )
        for name in ("name", "session", "user", "id"):
            mallory.plant(name, "alice")
        believed = mallory.me() == "alice"
        verdict.attack(
            "a cookie of one's own making",
            not believed,
            "Mallory's cookie says alice because she wrote it herself, and it was believed.",
            "The cookie must be something only your server can have made up.",
        )
        guesser = shop.browser("mallory")
        for name in {cookie.name for cookie in alice.jar.cookies.values()}:
            guesser.plant(name, "1")
        verdict.attack(
            "counting",
            not credential or guesser.me() is None,
            "Mallory counted: the ID 1 is somebody's.",
            "Draw the ID at random: secrets.token_urlsafe(32).",
        )
        bob.log_in()
        verdict.users(
            "Alice and Bob at once",
            (alice.me(), bob.me()) == ("alice", "bob"),
            f"Alice is known as {alice.me()} and Bob as {bob.me()}.",
            "Give each login a memory of its own.",
        )
    verdict.cost(f"every request now carries {len(credential)} bytes more; before, it carried none")
    return verdict


def _only_by_address(policy):
    """Whether a request from elsewhere is not taken for Alice."""
    from workshop.shop.small import Request

    memory = {}
    here = Request("POST", "/login", "192.0.2.1", "a", {}, {}, {})
    there = Request("GET", "/me", "192.0.2.2", "a", {}, {}, {})
    policy.remember(here, memory, "alice")
    return policy.recall(there, memory) is None
