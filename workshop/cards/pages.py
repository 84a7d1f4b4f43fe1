"""The pages of the cards: `/lab`, `/lab/<lab or attack>`, and the button that runs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from werkzeug.wrappers import Request, Response

from ..attacks.matrix import SYMBOLS
from ..runner.checking import short
from ..shop.guard import App, Environ, StartResponse
from ..shop.policy import may_change
from ..shop.wrapping import headers_of, host_of
from .deck import Card, Defence, deck, find_card
from .inline import inline
from .playing import Broken
from .table import Busy, Table

HEADERS = {
    # As on the demo's pages: nothing from elsewhere, and no script at all.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
STATIC = {
    "style.css": ("demo", "text/css"),
    "teaching.css": ("demo", "text/css"),
    "icon.svg": ("demo", "image/svg+xml"),
    "cards.css": ("workshop.cards", "text/css"),
}
"""The demo's own looks, so that the workshop looks like what it teaches."""
WORDS = {
    "works": "the attack works",
    "limited": "the attack works in part",
    "blocked": "the attack is blocked",
    "not-applicable": "there is nothing to attack",
}
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def cards_app(table: Table) -> App:
    """Return the cards as a WSGI app; who may ask is for the guard around it."""
    pages = Pages(table)

    def serve(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if may_change(environ["REQUEST_METHOD"], headers_of(environ), host_of(environ)):
            response = pages.answer(Request(environ))
        else:
            why = "the request comes from another site's page; use the button on the card"
            response = pages.problem(403, "Not from here", why)
        return response(environ, start_response)

    return serve


class Pages:
    """What each address gives."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._templates = Environment(
            loader=PackageLoader("workshop.cards"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["inline"] = inline
        self._templates.globals.update(symbols=SYMBOLS, words=WORDS, is_broken=_is_broken)

    def answer(self, request: Request) -> Response:
        """Return the page that is asked for, or one that says why there is none."""
        parts = [part for part in request.path.split("/") if part]
        posts = request.method == "POST"
        if not parts:
            return _see("/lab")
        if parts[0] == "lab" and len(parts) == 3 and parts[2] == "run":
            return self._run(parts[1], request) if posts else _see(f"/lab/{parts[1]}")
        if posts or request.method not in ("GET", "HEAD"):
            return self.problem(405, "Not that way", "only the button of a card changes anything")
        if parts[0] == "static" and len(parts) == 2 and parts[1] in STATIC:
            return _static(parts[1])
        if parts == ["lab"]:
            return self._page(
                "index.html", labs=_grouped(), last=self._table.last, played=self._table.has_played
            )
        if parts[0] == "lab" and len(parts) == 2:
            return self._card(parts[1], request)
        return self._missing(request.path)

    def problem(self, status: int, title: str, detail: str) -> Response:
        """One page that says what is wrong, and what to do."""
        return self._page("problem.html", status, title=title, detail=detail)

    def _run(self, name: str, request: Request) -> Response:
        card = find_card(name)
        if card is None:
            return self._missing(request.path)
        try:
            self._table.play(card)
        except Busy:
            why = "one attack at a time: wait until the other is over, go back, and run it again"
            return self.problem(409, "Another attack is running", why)
        except OSError as exc:
            why = f"{exc.strerror or exc}; python -m workshop doctor says how to mend it"
            return self.problem(500, "The attack could not be run", why)
        return _see(f"/lab/{card.name}?defence={self._chosen(card, request)}")

    def _card(self, name: str, request: Request) -> Response:
        card = find_card(name)
        if card is None:
            return self._missing(request.path)
        chosen = self._chosen(card, request)
        cards = deck()
        place = cards.index(card)
        folder, last = self._table.folder, self._table.last(card)
        return self._page(
            "card.html",
            card=card,
            chosen=chosen,
            defences=card.defences(folder),
            last=last,
            came=last.get(chosen),
            before=cards[place - 1] if place else None,
            after=cards[place + 1] if place + 1 < len(cards) else None,
            family=[each for each in cards if each.lab is card.lab and each is not card],
            asks_first=bool(card.lab.questions) and not folder.has_seen(card.lab),
            own_file=short(folder.of(card.lab) / "policy.py"),
            ordinals=ORDINALS,
        )

    def _chosen(self, card: Card, request: Request) -> Defence:
        asked = request.args.get("defence", "")
        known = card.defences(self._table.folder)
        return next((each for each in known if each == asked), "naive")

    def _missing(self, path: str) -> Response:
        why = f"nothing is at {path[:60]}; all cards are on the page of the cards"
        return self.problem(404, "There is no such card", why)

    def _page(self, template: str, status: int = 200, **shown: Any) -> Response:
        text = self._templates.get_template(template).render(**shown)
        return Response(text, status, HEADERS, content_type="text/html; charset=utf-8")


def _grouped() -> list[tuple[Card, list[Card]]]:
    """Each lab's card with the cards of its attacks."""
    cards = deck()
    return [
        (card, [each for each in cards if each.attack and each.lab is card.lab])
        for card in cards
        if not card.attack
    ]


def _static(name: str) -> Response:
    package, kind = STATIC[name]
    content = files(package).joinpath("static", name).read_bytes()
    headers: Mapping[str, str] = {"X-Content-Type-Options": "nosniff"}
    return Response(content, 200, headers, content_type=kind)


def _see(path: str) -> Response:
    return Response("", 303, {"Location": path})


def _is_broken(came: object) -> bool:
    return isinstance(came, Broken)
