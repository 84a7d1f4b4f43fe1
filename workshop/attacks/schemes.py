"""The project's own schemes as targets: the demo app in this process, under each of them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from werkzeug.test import Client

from demo.app import create_app
from demo.auth import Scheme, Settings
from demo.builtin.controls import Control
from demo.contract.visitor import Answer
from demo.schemes import GROUP, build

from ..shop.accounts import FreshAccounts
from ..shop.client import SHOP, Browser, Send
from .target import Target

CARRIED = ("cookie", "bearer")
"""The transports that people use; the others are for teaching, and leak by their nature."""
NODES = 2


def scheme_names() -> list[str]:
    """Every scheme of the project's own that asks who is calling, by name."""
    own = [point for point in entry_points(group=GROUP) if point.module == "demo.builtin"]
    return sorted(point.name for point in own if not isinstance(point.load(), Control))


class SchemeUnderAttack:
    """One scheme, on two nodes where its store can be shared, with people and a thief."""

    def __init__(self, name: str, settings: Settings) -> None:
        first = build(name, settings)
        shared = first.shared and settings.keys_file is not None
        self.schemes = [first, *(build(name, settings) for _ in range(NODES - 1 if shared else 0))]
        self.accounts = FreshAccounts()
        self._sends = [self._send(scheme, number) for number, scheme in enumerate(self.schemes)]
        assert first.kind != "control", "control asks nobody, so there is nothing to attack"
        cookie = "session" if first.kind == "session" else "access"
        self.target = Target(
            name,
            first.kind,
            first.transport,
            self._browser,
            nodes=len(self.schemes),
            strength=first.strength,
            bound_s=first.bound_s,
            algorithm=first.algorithm,
            public_keys=_forms(first.public_keys()) if first.public_keys else (),
            cookie_name=f"__Host-{cookie}",
        )

    def close(self) -> None:
        """Let go of every connection."""
        for scheme in self.schemes:
            scheme.close()

    def _browser(self, name: str, node: int) -> Browser:
        return Browser(self._sends[node], SHOP, name, self.accounts.passwords.get(name, ""))

    def _send(self, scheme: Scheme, number: int) -> Send:
        app = create_app(scheme, node=f"node-{number}", accounts=self.accounts)
        client = Client(app, use_cookies=False)

        def send(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
            answer = client.open(
                path, f"http://{SHOP}", method=method, headers=list(headers.items()), data=body
            )
            return Answer(answer.status_code, list(answer.headers.items()), answer.get_data())

        return send


def _forms(jwks: Mapping[str, Any]) -> list[bytes]:
    """A public key in every form that a careless library might hold it in."""
    key = jwks["keys"][0]
    loaded = _loaded(key)
    encodings = serialization.Encoding
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    pem = loaded.public_bytes(encodings.PEM, info)
    return [
        pem,
        pem.strip(),
        loaded.public_bytes(encodings.DER, info),
        json.dumps(key).encode(),
        json.dumps(key, separators=(",", ":")).encode(),
    ]


def _loaded(key: Mapping[str, Any]) -> Any:
    if key["kty"] == "RSA":
        return rsa.RSAPublicNumbers(_number(key["e"]), _number(key["n"])).public_key()
    if key["kty"] == "EC":
        numbers = ec.EllipticCurvePublicNumbers(
            _number(key["x"]), _number(key["y"]), ec.SECP256R1()
        )
        return numbers.public_key()
    return ed25519.Ed25519PublicKey.from_public_bytes(_bytes(key["x"]))


def _number(text: str) -> int:
    return int.from_bytes(_bytes(text), "big")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
