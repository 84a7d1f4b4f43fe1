"""An issuer elsewhere: a real HTTP server whose answer a test decides, and who fetches from it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.conftest import FakeClock
from tokens import Algorithm, JwksClient, Key, KeyRing, TokenManager, TokenVerifier
from tokens.stores.memory import MemoryStore

from .conftest import AUDIENCE, ISSUER, a_manager

ASYMMETRIC: list[Algorithm] = [each for each in Algorithm if each != "HS256"]
KEYS = {algorithm: Key.generate(algorithm) for algorithm in ASYMMETRIC}
ES256 = KEYS[Algorithm.ES256]


def jwk_of(key: Key, **changes: Any) -> dict[str, Any]:
    public = key.public()
    assert public is not None
    known = {**public.to_jwk(), **changes}
    return {name: value for name, value in known.items() if value is not ...}


class Issuer:
    """A real HTTP server whose answer a test decides."""

    def __init__(self) -> None:
        self.asked = 0
        self.answer: Callable[[BaseHTTPRequestHandler], None] = self.publish(ES256)
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked += 1
                issuer.answer(self)

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/jwks.json"

    def publish(self, *keys: Key) -> Callable[[BaseHTTPRequestHandler], None]:
        return partial(respond, body=json.dumps({"keys": [jwk_of(key) for key in keys]}).encode())

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def respond(
    handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str
) -> None:
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def a_client(issuer: Issuer, clock: FakeClock, **options: Any) -> JwksClient:
    return JwksClient(issuer.url, monotonic=clock, timeout_s=2, **options)


def a_verifier(client: JwksClient | KeyRing, clock: FakeClock) -> TokenVerifier:
    return TokenVerifier(client, issuer=ISSUER, audience=AUDIENCE, now=clock)


def signed_by(clock: FakeClock, *keys: Key) -> TokenManager:
    return a_manager(MemoryStore(), clock, ring=KeyRing(keys))


def redirect(handler: BaseHTTPRequestHandler, url: str) -> None:
    respond(handler, b"", 302, Location=url)
