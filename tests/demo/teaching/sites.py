"""Two small servers on this machine, for whatever a page in a browser may send them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    host: str
    path: str
    cookie: str
    referer: str
    site: str
    """What the browser said of where it comes from, in Sec-Fetch-Site."""


@dataclass
class Site:
    """A server that gives what it was told to, and remembers what it was asked."""

    pages: dict[str, tuple[Sequence[tuple[str, str]], str]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Site:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def at(self, host: str, path: str) -> str:
        """Give the address of *path* under the name *host*."""
        return f"http://{host}:{self._server.server_port}{path}"

    def page(self, path: str, body: str = "", *headers: tuple[str, str]) -> None:
        """Give *body* at *path* from now on."""
        self.pages[path] = (headers, body)

    def cookie(self, path: str, header: str) -> None:
        """Set a cookie at *path* from now on."""
        self.page(path, "set", ("Set-Cookie", header))

    def last(self, path: str) -> Asked | None:
        """Give the last request for *path*; None if there was none."""
        return next((asked for asked in reversed(self.asked) if asked.path == path), None)

    def sent(self, path: str) -> str:
        """Give the cookies that came with the last request for *path*."""
        asked = self.last(path)
        assert asked is not None, f"nobody asked for {path}"
        return asked.cookie


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path = urlsplit(self.path).path
            found = self.headers.get
            site.asked.append(
                Asked(
                    self.command,
                    found("Host", ""),
                    path,
                    found("Cookie", ""),
                    found("Referer", ""),
                    found("Sec-Fetch-Site", ""),
                )
            )
            headers, body = site.pages.get(path, ((), "nothing"))
            text = body.encode()
            self.send_response(200)
            for name, value in (("Content-Type", "text/html; charset=utf-8"), *headers):
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            # A browser that is on its way elsewhere no longer listens.
            with suppress(ConnectionError):
                self.end_headers()
                self.wfile.write(text)

        do_GET = do_POST = answer  # noqa: N815 - as http.server names them

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
