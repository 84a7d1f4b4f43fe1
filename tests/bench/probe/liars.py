"""Services whose logout is not what they claim; none of them may be said to keep its claim."""

from __future__ import annotations

import base64
import secrets
from typing import Any

from .sites import Answer, Asked, Cookies, Site, cookie


class Idle(Site):
    """The logout answers 200 and does nothing."""

    def end(self, held: str, node: int) -> None:
        return


class IdleCookies(Cookies):
    """The logout clears the cookie at the browser, and a copy goes on working."""

    def logout(self, asked: Asked, node: int) -> Answer:
        return Answer(200, {}, (cookie("sid", "", "; Path=/; Max-Age=0"),))


class Afterwards(Idle):
    """The logout does nothing, and something else answers most of what follows."""

    OTHER: Any = Answer(500, {"title": "error"})
    REFUSED = 1
    """How many refusals there are at first: of a node that restarts, say."""

    def __init__(self) -> None:
        super().__init__()
        self.after: dict[str, int] = {}

    def me(self, asked: Asked, node: int) -> Answer:
        if self.since_logout(asked) is None:
            return super().me(asked, node)
        self.after[self.held(asked)] = self.after.get(self.held(asked), 0) + 1
        if self.after[self.held(asked)] <= self.REFUSED:
            return self.refusal(asked)
        return self.OTHER  # type: ignore[no-any-return]


class Errors(Afterwards):
    """Errors after the logout."""


class Limits(Afterwards):
    """A limiter answers after the logout."""

    OTHER = Answer(429, {"title": "slow down"}, (("Retry-After", "60"),))


class NothingButErrors(Afterwards):
    """Not one answer says anything."""

    REFUSED = 0


class SomeRefusals(Afterwards):
    """Enough refusals to look like proof, and as many errors."""

    OTHER = Answer(503, {"title": "maintenance"})

    def me(self, asked: Asked, node: int) -> Answer:
        answer = super().me(asked, node)
        after = self.after.get(self.held(asked), 1)
        return answer if after % 2 else self.refusal(asked)


class Redirects(Afterwards):
    """A redirect to a page of maintenance, where a refusal is one to the login."""

    OTHER = Answer(302, None, (("Location", "/maintenance"),))
    REQUEST = 'path = "/me"\nbody = "ada"\nrefused = [302]\n'

    def refusal(self, asked: Asked) -> Answer:
        return Answer(302, None, (("Location", "/login?next=/me"),))


class SingleSignOn(Redirects):
    """A redirect to where a browser is logged in again without a question."""

    OTHER = Answer(302, None, (("Location", "https://sso.example/silent"),))
    REFUSED = 0


class ErrorPages(Afterwards):
    """An error page with 200, where a refusal is a login page with 200."""

    OTHER = Answer(200, b"<h1>Sorry</h1> we are working on an outage of our servers just now")
    REQUEST = 'path = "/me"\nbody = "ada"\nrefused = [200]\n'

    def refusal(self, asked: Asked) -> Answer:
        token = secrets.randbelow(10**12)
        return Answer(200, f"<form>Please log in: name, password {token}</form>".encode())


class OtherCookie(Cookies):
    """The session ends, and the cookie that remembers the browser opens a new one."""

    def login(self, asked: Asked) -> Answer:
        self.remember = secrets.token_urlsafe(24)
        return Answer(200, {}, (cookie("sid", self.issue()), cookie("remember", self.remember)))

    def me(self, asked: Asked, node: int) -> Answer:
        if asked.cookies.get("remember") == self.remember:
            return self.welcome(asked)
        return super().me(asked, node)


class OtherCookieLooksAlone(OtherCookie):
    """The cookie that remembers opens the login only where no dead session comes with it."""

    def me(self, asked: Asked, node: int) -> Answer:
        if "sid" in asked.cookies:
            return Cookies.me(self, asked, node)
        return super().me(asked, node)


class BearerLivesOn(Site):
    """The cookie ends and is asked first; the token alone works on."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens: set[str] = set()

    def login(self, asked: Asked) -> Answer:
        token = secrets.token_urlsafe(24)
        self.tokens.add(token)
        return Answer(200, {"token": token}, (cookie("sid", self.issue()),))

    def held(self, asked: Asked) -> str:
        return asked.cookies.get("sid", "")

    def me(self, asked: Asked, node: int) -> Answer:
        good = super().me(asked, node) if "sid" in asked.cookies else self.refusal(asked)
        if "sid" not in asked.cookies and asked.bearer in self.tokens:
            return self.welcome(asked)
        return good if asked.bearer in self.tokens else self.refusal(asked)


class LeavesANewLogin(Cookies):
    """The logout ends the session, and its answer sets another one that is logged in."""

    def logout(self, asked: Asked, node: int) -> Answer:
        super().logout(asked, node)
        return Answer(200, {}, (cookie("sid", self.issue()),))


class OneNode(Site):
    """What is revoked is kept in one process of two."""

    NODES = 2

    def __init__(self) -> None:
        super().__init__()
        self.dead: set[tuple[str, int]] = set()

    def end(self, held: str, node: int) -> None:
        self.dead.add((held, node))

    def me(self, asked: Asked, node: int) -> Answer:
        if (self.held(asked), node) in self.dead:
            return self.refusal(asked)
        return super().me(asked, node)


class OneConnection(Idle):
    """Only the connections that were there refuse it: their process knows of the logout."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, set[int]] = {}

    def me(self, asked: Asked, node: int) -> Answer:
        known = self.known.setdefault(self.held(asked), set())
        if self.since_logout(asked) is None:
            known.add(asked.connection)
        elif asked.connection in known:
            return self.refusal(asked)
        return super().me(asked, node)


class OneNodeSilent(Site):
    """One of two nodes gives errors after the logout: nothing is known of it."""

    NODES = 2

    def me(self, asked: Asked, node: int) -> Answer:
        if node == 1 and self.since_logout(asked) is not None:
            return Answer(502, {"title": "bad gateway"})
        return super().me(asked, node)


class Late(Site):
    """The logout works a tenth of a second after it was acknowledged."""

    def end(self, held: str, node: int) -> None:
        return

    def me(self, asked: Asked, node: int) -> Answer:
        if (self.since_logout(asked) or 0.0) > 0.1:
            return self.refusal(asked)
        return super().me(asked, node)


class ComesBack(Late):
    """Refused at first, and good again after a tenth of a second: a cache that forgets."""

    def me(self, asked: Asked, node: int) -> Answer:
        since = self.since_logout(asked)
        if since is not None and since < 0.1:
            return self.refusal(asked)
        return Site.me(self, asked, node)


class CountsRequests(Idle):
    """A limiter that says 401 to every fifteenth and later request of a login."""

    def __init__(self) -> None:
        super().__init__()
        self.counted: dict[str, int] = {}

    def me(self, asked: Asked, node: int) -> Answer:
        held = self.held(asked)
        self.counted[held] = self.counted.get(held, 0) + 1
        return self.refusal(asked) if self.counted[held] >= 15 else super().me(asked, node)


class EndsByItself(Cookies):
    """The cookie has a short Max-Age for the browser; the server keeps the session for ever."""

    CLAIM_S = 1.0

    def login(self, asked: Asked) -> Answer:
        return Answer(200, {}, (cookie("sid", self.issue(), "; Path=/; Max-Age=1"),))

    def end(self, held: str, node: int) -> None:
        return


class Rotating(Cookies):
    """Each answer replaces the ID, and the logout does nothing."""

    def me(self, asked: Asked, node: int) -> Answer:
        held = self.held(asked)
        if held not in self.live:
            return self.refusal(asked)
        self.live.discard(held)
        return Answer(200, {"who": "ada"}, (cookie("sid", self.issue()),))

    def end(self, held: str, node: int) -> None:
        return


class Hangs(Idle):
    """The connection is closed instead of an answer after the logout."""

    def me(self, asked: Asked, node: int) -> Answer:
        if self.since_logout(asked) is not None:
            raise ConnectionAbortedError
        return super().me(asked, node)


class FailsMostly(Idle):
    """Most logouts are errors, and the others are well."""

    TRIALS = 5

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def logout(self, asked: Asked, node: int) -> Answer:
        self.asked += 1
        if self.asked != 2:
            return Answer(500, {"title": "error"})
        self.live.discard(self.held(asked))
        return Answer(200, {})


class TwoOfOneName(Cookies):
    """Two cookies have one name and different paths; the logout ends one of them."""

    def held(self, asked: Asked) -> str:
        # As many servers do: the last one wins.
        return asked.cookies.get("sid", "")

    def login(self, asked: Asked) -> Answer:
        first = cookie("sid", secrets.token_urlsafe(24), "; Path=/me")
        return Answer(200, {}, (first, cookie("sid", self.issue())))

    def end(self, held: str, node: int) -> None:
        return


class DeniesTheText(Site):
    """The denylist has the text of the token, and the text can be written otherwise."""

    def issue(self) -> str:
        # 32 bytes: the last character has two bits that nobody reads.
        token = secrets.token_bytes(32)
        self.tokens = getattr(self, "tokens", set()) | {token}
        return base64.urlsafe_b64encode(token).decode().rstrip("=")

    def logout(self, asked: Asked, node: int) -> Answer:
        self.gone[asked.bearer] = 0.0
        return Answer(200, {})

    def me(self, asked: Asked, node: int) -> Answer:
        try:
            token = base64.urlsafe_b64decode(asked.bearer + "=")
        except ValueError:
            return self.refusal(asked)
        known = token in self.tokens and asked.bearer not in self.gone
        return self.welcome(asked) if known else self.refusal(asked)


class DeniesTheCase(Site):
    """The same with a hexadecimal ID, which is looked up whatever its case."""

    def issue(self) -> str:
        found = secrets.token_hex(16)
        self.live.add(found)
        return found

    def end(self, held: str, node: int) -> None:
        return

    def me(self, asked: Asked, node: int) -> Answer:
        known = asked.bearer.lower() in self.live and asked.bearer not in self.gone
        return self.welcome(asked) if known else self.refusal(asked)


class LaterCookie(OtherCookie):
    """The cookie that remembers comes with a later answer, and not with the login."""

    def login(self, asked: Asked) -> Answer:
        self.remember = secrets.token_urlsafe(24)
        return Answer(200, {}, (cookie("sid", self.issue()),))

    def welcome(self, asked: Asked) -> Answer:
        return Answer(200, {"who": "ada"}, (cookie("remember", self.remember),))


LIARS = [
    Idle, IdleCookies, Errors, Limits, NothingButErrors, SomeRefusals, Redirects, SingleSignOn,
    ErrorPages, OtherCookie, OtherCookieLooksAlone, BearerLivesOn, LeavesANewLogin, OneNode,
    OneConnection, OneNodeSilent, Late, ComesBack, CountsRequests, EndsByItself, Rotating, Hangs,
    FailsMostly, TwoOfOneName, DeniesTheText, DeniesTheCase, LaterCookie,
]  # fmt: skip
