"""What the victim saw of an attack: taken from the shops that were really opened for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from ..shop.jar import Cookie, Jar
from ..shop.serving import Shop
from ..shop.sight import Sight, short

Item = TypeVar("Item")
VICTIM = "alice"
MOST_SHOPS = 6
MOST_REQUESTS = 8
MOST_LINES = 10


class Kept(msgspec.Struct, frozen=True):
    """One cookie that is in a browser."""

    name: str
    value: str
    scope: str
    """Which hosts get it."""
    attributes: str


class Login(msgspec.Struct, frozen=True):
    """One login that is on the list of devices."""

    agent: str
    minutes: float
    """How long ago, by the shop's clock."""


class Scene(msgspec.Struct, frozen=True):
    """One shop, as its victim could see it when the attack was over."""

    requests: Sequence[Sight]
    requests_in_all: int
    cookies: Sequence[Kept]
    dropped: Sequence[str]
    """Cookies that her browser refused, in silence."""
    logins: Sequence[Login] | None
    """None: this shop keeps no list of them."""
    log: Sequence[str]
    log_in_all: int


def scenes(shops: Iterable[Shop]) -> list[Scene]:
    """What the victim saw in each shop that anybody was in; in some she was not herself."""
    visited = [shop for shop in shops if shop.browsers]
    return [_scene(shop) for shop in visited[:MOST_SHOPS]]


def _scene(shop: Shop) -> Scene:
    hers = [browser for browser in shop.browsers if browser.name == VICTIM]
    requests = [sight for browser in hers for sight in browser.seen]
    jar = hers[-1].jar if hers else Jar()
    return Scene(
        requests=_ends(requests, MOST_REQUESTS),
        requests_in_all=len(requests),
        cookies=[_kept(cookie) for cookie in jar.cookies.values()],
        dropped=list(dict.fromkeys(jar.dropped))[:MOST_LINES],
        logins=_logins(shop),
        log=[short(line, 100) for line in _ends(shop.log, MOST_LINES)],
        log_in_all=len(shop.log),
    )


def _ends(items: Sequence[Item], most: int) -> Sequence[Item]:
    """The first and the last few: how it began, and what came of it."""
    return items if len(items) <= most else [*items[: most // 2], *items[-(most // 2) :]]


def _kept(cookie: Cookie) -> Kept:
    words = [
        *(["Secure"] if cookie.secure else []),
        *(["HttpOnly"] if cookie.http_only else []),
        *([f"SameSite={cookie.same_site.capitalize()}"] if cookie.same_site else []),
    ]
    scope = cookie.domain if cookie.host_only else f"{cookie.domain} and every host below"
    return Kept(cookie.name, short(cookie.value), scope, " ".join(words))


def _logins(shop: Shop) -> list[Login] | None:
    if shop.sessions is None:
        return None
    now = shop.clock()
    entries = shop.sessions.entries(VICTIM)
    return [Login(row.user_agent, (now - row.created_at) / 60) for row in entries[:MOST_LINES]]
