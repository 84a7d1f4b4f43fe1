"""What keeps an unsafe shop at home: known names only, a banner, and a header on every answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]

HOSTS = ("shop.localhost", "evil.localhost", "evil.shop.localhost", "127.0.0.1", "[::1]")
HEADER = "X-Insecure-Lab"
DEFENDED = "defended"
"""What the header says of a shop whose policy has no known fault."""


def guarded(app: App, marker: str) -> App:
    """Return *app* for requests to known names alone, with every answer marked."""
    label = marker or DEFENDED

    def guard(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            kept = [(key, value) for key, value in headers if key != "Content-Length"]
            return start_response(status, [*kept, (HEADER, label)], *rest)

        if not is_known(environ.get("HTTP_HOST", "")):
            # Also what stops DNS rebinding: a page elsewhere whose name is pointed at this machine.
            start("421 Misdirected Request", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"This shop answers to " + ", ".join(HOSTS).encode() + b" only.\n"]
        collected: dict[str, Any] = {}

        def collect(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            collected.update(status=status, headers=headers, rest=rest)
            return lambda _: None

        answer = app(environ, collect)
        try:
            body = b"".join(answer)
        finally:
            # A file that is served is open until told so (PEP 3333).
            getattr(answer, "close", lambda: None)()
        if _is_page(collected["headers"]):
            body = _with_banner(body, label)
        start(collected["status"], collected["headers"], *collected["rest"])
        return [body]

    return guard


def is_known(host: str) -> bool:
    """Whether a Host header names this shop or its attacker, on any port."""
    name = host.rpartition(":")[0] if _has_port(host) else host
    return name.lower() in HOSTS


def _has_port(host: str) -> bool:
    return host.rpartition(":")[2].isdigit() and not host.endswith("]") and ":" in host


def _is_page(headers: list[tuple[str, str]]) -> bool:
    return any(k.lower() == "content-type" and v.startswith("text/html") for k, v in headers)


def _with_banner(body: bytes, label: str) -> bytes:
    # A landmark of its own, since everything on a page belongs into one.
    text = f'<aside aria-label="Warning"><p><strong>{_warning(label)}</strong></p></aside>'
    banner = text.encode()
    head, found, rest = body.partition(b"<body>")
    return head + found + banner + rest if found else banner + body


def _warning(label: str) -> str:
    if label == DEFENDED:
        return "Workshop shop, defended. It is for this machine alone."
    return f"Workshop shop, UNSAFE ON PURPOSE ({label}). It is for this machine alone."
