"""What being logged in weighs in a service's requests and answers."""

from __future__ import annotations

import re

from ..payload.compression import POLICIES, block_bytes
from ..payload.limits import COOKIE_LIMIT_BYTES
from ..payload.sharing import SETTLED
from .login import Login
from .service import Service

Figures = dict[str, float]
_JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]*")


def weigh(service: Service, login: Login) -> tuple[Figures, dict[str, Figures]]:
    """The counts over HTTP/1.1, and by header policy those over HTTP/2; names as in a run.

    A request is counted over the same request without the credential.
    """
    node = service.nodes[0]
    with_it, without = service.ask(node, login), service.ask(node, None)
    with node.connect() as connection:
        answer = connection.exchange(with_it)
    service.absorb(node, login, answer)
    plain = {
        "request_bytes": float(len(with_it) - len(without)),
        "request_bytes_total": float(len(with_it)),
        "response_bytes": float(answer.received_bytes),
        "response_bytes_login": float(login.response.received_bytes),
        "credential_bytes": float(len(login.credential)),
    }
    return plain, {policy: _compressed(service, login, policy) for policy in POLICIES}


def is_token(login: Login) -> bool:
    """Whether the credential is of the form of a JWT: three parts in base64url."""
    # A cookie may hold a scheme as well, and quotes.
    bare = re.sub(r"(?i)^bearer(?: |%20)", "", login.credential.strip('"'))
    return _JWT.fullmatch(bare) is not None


def warnings(service: Service, login: Login) -> list[str]:
    """What is wrong with the size of the credential."""
    cookie = service.config.credential.cookie
    size = len(cookie) + len(login.credential)
    if not cookie or size <= COOKIE_LIMIT_BYTES:
        return []
    found = f"the cookie has {size} bytes, name and value"
    limit = f"browsers drop one over {COOKIE_LIMIT_BYTES:,} in silence, and keep the one they had"
    return [f"{found}; {limit}"]


def _compressed(service: Service, login: Login, policy: str) -> Figures:
    node = service.nodes[0]
    blocks = block_bytes(policy, service.fields(node, login), SETTLED)
    bare = block_bytes(policy, service.fields(node, None), SETTLED)
    return {
        "request_bytes_h2_first": float(blocks[0] - bare[0]),
        "request_bytes_h2_steady": float(blocks[-1] - bare[-1]),
        "request_bytes_h2_first_total": float(blocks[0]),
        "request_bytes_h2_steady_total": float(blocks[-1]),
    }
