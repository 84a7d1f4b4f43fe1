"""Servers that accept a revoked credential for as long as a test says."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Deployment:
    """What two servers share: when each credential was revoked."""

    def __init__(self) -> None:
        self.revoked_at: dict[str, float] = {}


class FakeNode(ThreadingHTTPServer):
    """A server that accepts a revoked credential for as long as *accepts* says."""

    daemon_threads = True

    def __init__(
        self,
        shared: Deployment,
        accepts: Callable[[float], bool],
        *,
        revocation: int = 200,
        subject: str = "alice",
    ) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.shared = shared
        self.accepts = accepts
        self.revocation = revocation
        self.subject = subject
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.server_address[1]

    def close(self) -> None:
        self.shutdown()
        self.thread.join()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: FakeNode

    def do_GET(self) -> None:
        at = self.server.shared.revoked_at.get(self.headers["Authorization"])
        if at is None or self.server.accepts(time.perf_counter() - at):
            self._answer(200, {"subject": self.server.subject})
        else:
            self._answer(401, {})

    def do_POST(self) -> None:
        if self.server.revocation == 200:
            self.server.shared.revoked_at[self.headers["Authorization"]] = time.perf_counter()
        self._answer(self.server.revocation, {"title": "as it was told"})

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, fields: dict[str, str]) -> None:
        body = json.dumps(fields).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
