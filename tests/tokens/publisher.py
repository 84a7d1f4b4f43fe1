"""An issuer that publishes its status lists over real HTTP, and who fetches them from it."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.conftest import FakeClock
from tokens import Algorithm, Key, KeyRing, StatusListClient, StatusLists, TokenVerifier
from tokens.lists import signed_list
from tokens.stores.memory import MemoryStore

from .conftest import AUDIENCE, ISSUER, a_manager
from .issuers import Issuer, jwk_of, respond

RING = KeyRing([Key.generate(Algorithm.ES256)])
TTL_S = 60.0


class Publisher:
    """An issuer that signs tokens with a status, and publishes its lists over real HTTP."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.server = Issuer()
        self.base = self.server.url.removesuffix("jwks.json") + "lists"
        store = MemoryStore()
        self.strategy = StatusLists(
            store, ISSUER, self.base, runs=False, monotonic=clock, now=clock
        )
        self.manager = a_manager(store, clock, self.strategy, RING)
        self.ring = RING
        self.changes: dict[str, Any] = {}
        self.server.answer = self.publish

    def publish(self, handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/jwks.json":
            respond(handler, json.dumps({"keys": [jwk_of(RING.signing)]}).encode())
        else:
            respond(handler, self.listed(self.base.removesuffix("/lists") + handler.path).encode())

    def listed(self, uri: str) -> str:
        """The list as a token, with what a test changes in it."""
        self.strategy.look()
        claims = {**self.strategy.published(uri), **self.changes}
        return signed_list({k: v for k, v in claims.items() if v is not ...}, self.ring)

    def revoke(self, token: str) -> None:
        self.manager.revoke(token)


def a_client(publisher: Publisher, **options: Any) -> StatusListClient:
    clock = publisher.clock
    given: dict[str, Any] = {"timeout_s": 2, "monotonic": clock, "now": clock, **options}
    return StatusListClient(given.pop("keys", RING), publisher.base, **given)


def a_verifier(publisher: Publisher, **options: Any) -> TokenVerifier:
    client = a_client(publisher, **options)
    return TokenVerifier(RING, client, issuer=ISSUER, audience=AUDIENCE, now=publisher.clock)
