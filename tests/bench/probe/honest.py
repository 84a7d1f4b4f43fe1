"""Services whose logout is what they claim; none of them may be accused."""

from __future__ import annotations

import json
import secrets
import time
from urllib.parse import parse_qs

from .sites import Answer, Asked, Cookies, Site, cookie, new_uuid


class Bearer(Site):
    """A token."""


class SetsAnother(Cookies):
    """The logout clears the cookie, and every refusal sets one for a visitor."""

    def logout(self, asked: Asked, node: int) -> Answer:
        answer = super().logout(asked, node)
        return answer._replace(headers=(cookie("sid", "", "; Path=/; Max-Age=0"),))

    def refusal(self, asked: Asked) -> Answer:
        return super().refusal(asked)._replace(headers=(cookie("sid", secrets.token_hex(12)),))


class TwoNodes(Cookies):
    """Two processes with one store."""

    NODES = 2


class BothCookies(Cookies):
    """Each of two cookies opens the login, and the logout ends both."""

    def __init__(self) -> None:
        super().__init__()
        self.remembered: dict[str, str] = {}

    def held(self, asked: Asked) -> str:
        remembered = self.remembered.get(asked.cookies.get("remember", ""), "")
        sid = asked.cookies.get("sid", "")
        return sid if sid in self.live else remembered

    def login(self, asked: Asked) -> Answer:
        sid, remember = self.issue(), secrets.token_urlsafe(24)
        self.remembered[remember] = sid
        return Answer(200, {}, (cookie("sid", sid), cookie("remember", remember)))


class LoginPages(Cookies):
    """A refusal is a redirect to the login, which names the page that was left."""

    REQUEST = 'path = "/me?page={cookie:sid}"\nbody = "ada"\nrefused = [302]\n'

    def refusal(self, asked: Asked) -> Answer:
        return Answer(302, None, (("Location", f"/login?next={secrets.token_hex(4)}"),))


class LoginFormsWith200(Cookies):
    """A refusal is a page with 200 and a form, which differs from time to time."""

    REQUEST = 'path = "/me"\nbody = "ada"\nrefused = [200]\n'

    def refusal(self, asked: Asked) -> Answer:
        token = secrets.randbelow(10**12)
        form = f'<form>Please log in: name, password <input value="{token}"></form>'
        return Answer(200, form.encode())


class WithinOne(Site):
    """It claims a second, and its replicas take 0.4 s of it to agree."""

    CLAIM_S = 1.0

    def end(self, held: str, node: int) -> None:
        return

    def me(self, asked: Asked, node: int) -> Answer:
        since = self.since_logout(asked)
        if since is not None and (since > 0.4 or int(since * 50) % 2):
            return self.refusal(asked)
        return super().me(asked, node)


class RotatingOnes(Cookies):
    """Each answer replaces the ID, which was good once."""

    def me(self, asked: Asked, node: int) -> Answer:
        held = self.held(asked)
        if held not in self.live:
            return self.refusal(asked)
        self.live.discard(held)
        return Answer(200, {"who": "ada"}, (cookie("sid", self.issue()),))


class DoubleSubmit(Cookies):
    """The logout wants the token of a cookie in a header, and in one Cookie line (Django)."""

    def login(self, asked: Asked) -> Answer:
        token = secrets.token_urlsafe(12)
        return Answer(200, {}, (cookie("sid", self.issue()), cookie("csrf", token)))

    def logout(self, asked: Asked, node: int) -> Answer:
        lines = asked.headers.get_all("Cookie")
        if len(lines) != 1 or asked.headers.get("X-CSRF") != asked.cookies.get("csrf"):
            return Answer(403, {"title": "CSRF"})
        return super().logout(asked, node)

    def revoke(self) -> str:
        return (
            '[revoke]\npath = "/logout"\n'
            'headers = { "X-CSRF" = "{cookie:csrf}", cookie = "csrf={cookie:csrf}" }\n'
        )


class DoubleSubmitSent(DoubleSubmit):
    """The same, where the description writes the whole line."""

    TOML = '[credential]\ncookie = "sid"\nsend = "Cookie: sid={credential}; csrf={cookie:csrf}"\n'


class Uuids(Site):
    """UUIDs, which know no case."""

    def issue(self) -> str:
        found = new_uuid()
        self.live.add(found)
        return found

    def held(self, asked: Asked) -> str:
        return asked.bearer.lower()


class Vendor(Site):
    """A strict media type, and one Content-Type, Accept, Origin and User-Agent each."""

    USUAL = ("Content-Type", "Accept", "Origin", "User-Agent", "Host")
    HEADERS = (
        '{ content-type = "application/vnd.api+json", ACCEPT = "application/vnd.api+json", '
        'origin = "https://shop.example", user-agent = "shop/1", host = "shop.example" }'
    )

    def respond(self, asked: Asked, node: int) -> Answer:
        wanted = 5 if asked.method == "POST" else 0
        found = [asked.headers.get_all(name, []) for name in self.USUAL[:wanted]]
        if any(len(values) != 1 for values in found):
            return Answer(415, {"title": "one header each"})
        if wanted and "shop" not in found[2][0] + found[4][0] + found[3][0]:
            return Answer(415, {"title": "the description's own"})
        return super().respond(asked, node)

    def description(self, bases: list[str]) -> str:
        text = super().description(bases)
        login = f'path = "/login"\nheaders = {self.HEADERS}\njson = {{ data = "{{}}" }}\n'
        return text.replace('path = "/login"\n', login)

    def revoke(self) -> str:
        return f'[revoke]\npath = "/logout"\nheaders = {self.HEADERS}\n'


class InAHeader(Site):
    """A JWT in the answer's Authorization header (Devise, Spring)."""

    TOML = '[credential]\nheader = "Authorization"\n'

    def issue(self) -> str:
        found = ".".join(secrets.token_urlsafe(12) for _ in range(3))
        self.live.add(found)
        return found

    def login(self, asked: Asked) -> Answer:
        return Answer(200, {}, (("Authorization", f"Bearer {self.issue()}"),))


class InAList(Site):
    """A list of tokens, and the logout wants one of them in its body."""

    TOML = '[credential]\njson = "tokens.0.value"\n'

    def login(self, asked: Asked) -> Answer:
        return Answer(200, {"tokens": [{"value": self.issue()}], "id": 7, "a.b": "ü"})

    def logout(self, asked: Asked, node: int) -> Answer:
        if json.loads(asked.body) != {"id": "7", "own": "ü", "words": "{me}", "held": asked.bearer}:
            return Answer(400, {"title": "another body"})
        return super().logout(asked, node)

    def revoke(self) -> str:
        return (
            '[revoke]\npath = "/logout"\njson = { id = "{json:id}", own = "{json:a.b}", '
            'words = "{{me}}", held = "{credential}" }\n'
        )


class Scoped(Cookies):
    """Cookies with a domain, a path, Secure on loopback, and one that a browser drops."""

    def login(self, asked: Asked) -> Answer:
        sid = cookie("sid", self.issue(), "; Path=/; Secure")
        rest = (
            cookie("refresh", "r", "; Path=/login/refresh"),
            cookie("foreign", "f", "; Domain=shop.example"),
            cookie("over", "o", "; Expires=Thu, 01 Jan 1970 00:00:00 GMT"),
            cookie("__Host-x", "x", "; Path=/"),
        )
        return Answer(200, {}, (sid, *rest))

    def me(self, asked: Asked, node: int) -> Answer:
        if asked.cookies.keys() - {"sid", ""}:
            return Answer(400, {"title": f"cookies that no browser sends: {asked.cookies}"})
        return super().me(asked, node)


class SomeErrors(Site):
    """One answer in twenty is an error."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def me(self, asked: Asked, node: int) -> Answer:
        self.asked += 1
        if self.asked % 20 == 19:
            return Answer(503, {"title": "busy"})
        return super().me(asked, node)


class Slow(Site):
    """Each answer takes longer than the interval."""

    def respond(self, asked: Asked, node: int) -> Answer:
        time.sleep(0.02)
        return super().respond(asked, node)


class Closing(Site):
    """HTTP/1.0: each answer ends its connection, and does not say so."""

    PROTOCOL = "HTTP/1.0"


class Forms(LoginPages):
    """Forms whose answers are redirects; the password has braces and an umlaut."""

    def login(self, asked: Asked) -> Answer:
        if parse_qs(asked.body.decode()) != {"name": ["ada"], "password": ["{x} ü"]}:
            return Answer(200, b"wrong password")
        return super().login(asked)._replace(status=303)

    def logout(self, asked: Asked, node: int) -> Answer:
        return super().logout(asked, node)._replace(status=303)

    def description(self, bases: list[str]) -> str:
        form = 'form = { name = "ada", password = "{x} ü" }\nstatus = [303]\n'
        text = super().description(bases)
        return text.replace('path = "/login"\n', f'path = "/login"\n{form}')

    def revoke(self) -> str:
        return '[revoke]\npath = "/logout"\nstatus = [303]\n'


class UnderAPath(Cookies):
    """A service below a path, to which its cookie is bound."""

    def respond(self, asked: Asked, node: int) -> Answer:
        return super().respond(asked._replace(path=asked.path.removeprefix("/app")), node)

    def login(self, asked: Asked) -> Answer:
        return Answer(200, {}, (cookie("sid", self.issue(), "; Path=/app"),))

    def description(self, bases: list[str]) -> str:
        return super().description([f"{base}/app/" for base in bases])


class Umlaut(Site):
    """The words of an accepting answer are JSON in ASCII."""

    REQUEST = 'path = "/me"\nbody = "Jörg"\n'

    def welcome(self, asked: Asked) -> Answer:
        return Answer(200, {"who": "Jörg"})


HONEST = [
    Bearer, SetsAnother, TwoNodes, BothCookies, LoginPages, LoginFormsWith200, WithinOne,
    RotatingOnes, DoubleSubmit, DoubleSubmitSent, Uuids, Vendor, InAHeader, InAList, Scoped,
    SomeErrors, Slow, Closing, Forms, UnderAPath, Umlaut,
]  # fmt: skip
