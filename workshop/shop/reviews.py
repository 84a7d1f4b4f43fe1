"""/reviews: what customers wrote about the shop, which is where foreign text meets a page."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qs

from .guard import App, Environ, StartResponse
from .policy import Policy

PATH = "/reviews"


def with_reviews(app: App, policy: Policy) -> App:
    """Return *app* with a page of reviews."""
    texts: list[str] = []

    def serve(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH:
            return app(environ, start_response)
        if environ["REQUEST_METHOD"] == "POST":
            texts.append(_text(environ))
            start_response("303 See Other", [("Location", PATH)])
            return [b""]
        headers = [("Content-Type", "text/html; charset=utf-8")]
        if policy.content_policy():
            headers.append(("Content-Security-Policy", policy.content_policy()))
        start_response("200 OK", headers)
        return [_page(policy, texts).encode()]

    return serve


def _text(environ: Environ) -> str:
    length = min(int(environ.get("CONTENT_LENGTH") or 0), 10_000)
    body: str = environ["wsgi.input"].read(length).decode("utf-8", "replace")
    return parse_qs(body).get("text", [""])[0]


def _page(policy: Policy, texts: list[str]) -> str:
    items = "".join(f"<li>{policy.show_review(text)}</li>" for text in texts)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Reviews</title></head>'
        f"<body><h1>What customers say</h1><ul>{items}</ul>"
        f'<form method="post" action="{PATH}"><label>Your review <input name="text"></label>'
        "<button>Send</button></form></body></html>"
    )
