"""Judge lab 0: who is taken for whom."""

import base64
import json
from pathlib import Path

from workshop.runner.loading import load, module_from
from workshop.runner.verdict import Verdict
from workshop.shop.guessing import can_be_made_again, drawn, weakness
from workshop.shop.small import Request

attack = module_from(Path(__file__).with_name("attack.py"))
LOGINS = 4000
AT_RANDOM = "Draw the ID at random: secrets.token_urlsafe(32)."


def check(policy, seed):
    """Callers who carry nothing, who make something up, who guess; then three people at once."""
    verdict = Verdict()
    _nothing(verdict, policy, seed)
    with attack.open_shop(policy) as shop:
        alice = shop.browser("alice")
        alice.log_in()
        credential = alice.holds() or ""
        _made_up(verdict, shop, alice)
    _guessed(verdict, policy)
    with attack.open_shop(policy) as shop:
        _users(verdict, shop)
    verdict.cost(f"every request now carries {len(credential)} bytes more; before, it carried none")
    return verdict


def _nothing(verdict, policy, seed):
    """Ask from the same address, and from the same kind of browser, without any cookie."""
    outcome = attack.run(policy, seed)
    with attack.open_shop(policy) as shop:
        alice, mallory = shop.browser("alice"), shop.browser("mallory")
        alice.log_in()
        alike = mallory.get("/me", User_Agent="alice's browser").json.get("subject") is not None
    memory = {}
    policy.remember(_request(), memory, "alice")
    elsewhere = policy.recall(_request(address="192.0.2.2"), memory) is not None
    if outcome.worked and not elsewhere:
        effect = "Mallory has the same address as Alice, and is taken for her."
        step = "People share addresses: let the request itself carry the difference."
    elif outcome.worked:
        effect = "Mallory carried nothing and was told that she is Alice."
        step = "Write the name down under something that only Alice's next request carries."
    else:
        effect = "Mallory has the same kind of browser as Alice, and is taken for her."
        step = "Many people have that browser: let the request itself carry the difference."
    blocked = not (outcome.worked or alike)
    verdict.attack("asking without a credential", blocked, effect, step)


def _made_up(verdict, shop, alice):
    """Write alice into what Mallory was given, in every alphabet; then bring pieces and noise."""
    own = shop.browser("mallory")
    own.log_in()
    given = [cookie.name for cookie in own.jar.cookies.values()]
    values = [(name, "alice") for name in ("name", "session", "user", "id", *given)]
    for cookie in own.jar.cookies.values():
        values += [(cookie.name, text) for text in _renamed(cookie.value, "mallory", "alice")]
    verdict.attack(
        "a cookie of one's own making",
        not _believed(shop, values),
        "Mallory's cookie says alice because she wrote it herself, and it was believed.",
        "The cookie must be something only your server can have made up.",
    )
    noise = [(name, text) for name in given for text in ("x", "A" * 43, "0" * 32)]
    verdict.attack(
        "a cookie with anything in it",
        not _believed(shop, noise),
        "Mallory's cookie has the right name and nonsense in it, and the server knows her.",
        "Look up the value that came with this request, and nothing else.",
    )
    pieces = []
    for cookie in alice.jar.cookies.values():
        text = cookie.value
        parts = {"", text[:1], text[: len(text) // 2]} - {text}
        pieces += [(cookie.name, part) for part in parts]
    verdict.attack(
        "a piece of the ID",
        not _believed(shop, pieces),
        "The beginning of Alice's ID, or nothing at all, was as good as the whole.",
        "Compare the whole value: memory.get(value) does.",
    )


def _believed(shop, cookies):
    for name, value in cookies:
        mallory = shop.browser("mallory")
        mallory.plant(name, value)
        if mallory.me() is not None:
            return True
    return False


def _renamed(text, old, new):
    """*text* as it would be for another name, if the name can be read in it."""
    if old in text:
        yield text.replace(old, new)
    yield new + text
    for read, write in _alphabets():
        yield write(new)
        try:
            plain = read(text)
        except ValueError:
            continue
        if old in plain:
            yield write(plain.replace(old, new))


def _alphabets():
    """Ways to write a text that anybody can read."""
    padded = lambda text: text + "=" * (-len(text) % 4)  # noqa: E731 - one of six small pairs
    return (
        (
            lambda text: base64.b64decode(padded(text)).decode(),
            lambda text: base64.b64encode(text.encode()).decode(),
        ),
        (
            lambda text: base64.urlsafe_b64decode(padded(text)).decode(),
            lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
        ),
        (lambda text: bytes.fromhex(text).decode(), lambda text: text.encode().hex()),
        (lambda text: text[::-1], lambda text: text[::-1]),
        (lambda text: text.swapcase(), lambda text: text.swapcase()),
        (lambda text: str(json.loads(text)), json.dumps),
    )


def _guessed(verdict, policy):
    """Log in hundreds of times, and once more in a world that is the same in all but chance."""

    def cookie(of, memory, name):
        text = of.remember(_request(), memory, name)
        return text.partition(";")[0].partition("=")[2] if isinstance(text, str) else None

    memory = {}
    if cookie(policy, memory, "alice") is None:
        return
    ids = drawn(lambda: cookie(policy, memory, "alice") or "", LOGINS)
    found = weakness(ids)
    if not found and can_be_made_again(lambda: cookie(load(policy.path), {}, "alice")):
        found = (
            "Mallory knows the name, the browser, the time and how many have logged in, "
            "and made the same ID out of them."
        )
    if not found and len({cookie(policy, memory, f"user{n}") for n in range(50)}) < 50:
        found = "Two people were given the same ID."
    verdict.attack("guessing", not found, found, AT_RANDOM)


def _request(address="192.0.2.1"):
    return Request("POST", "/login", address, "a browser", {}, {}, {})


def _users(verdict, shop):
    alice, bob, phone = shop.browser("alice"), shop.browser("bob"), shop.browser("alice")
    welcome = [browser.log_in().status for browser in (alice, bob, phone)]
    verdict.users(
        "Alice and Bob at once",
        (alice.me(), bob.me(), phone.me()) == ("alice", "bob", "alice"),
        f"Alice is known as {alice.me()}, Bob as {bob.me()}, and Alice on her phone as {phone.me()}."
        if welcome == [200, 200, 200]
        else f"The logins were answered {welcome}, and not 200.",
        "Give each login a memory of its own, and let recall find it by what the request carries.",
    )
