"""What verifiers elsewhere need: the public keys (RFC 7517), and the published status lists."""

from __future__ import annotations

import hashlib
import re

import msgspec
from flask import Blueprint, Response, request

from .auth import Scheme
from .problems import Problem

_is_list = re.compile(r"0|[1-9][0-9]{0,8}").fullmatch
KEYS_MAX_AGE_S = 300
"""How long others may keep the keys: a new one must be published for as long before it signs."""


def key_routes(scheme: Scheme) -> Blueprint:
    """Return the routes of the scheme's public keys and status lists, where it has them."""
    routes = Blueprint("keys", __name__)
    public_keys, status_list = scheme.public_keys, scheme.status_list

    if public_keys is not None:

        @routes.get("/.well-known/jwks.json")
        def jwks() -> Response:
            body = msgspec.json.encode(public_keys())
            return _cacheable(body, "application/jwk-set+json", KEYS_MAX_AGE_S)

    if status_list is not None:

        @routes.get("/statuslists/<name>")
        def statuses(name: str) -> Response:
            """Section 8 of the draft: the token itself, to be kept for its `ttl` at most."""
            if not _is_list(name):
                raise Problem(404, "No such list", "a list is a number, without zeros before it")
            accepted = request.accept_mimetypes
            kind = "application/statuslist+jwt"
            if accepted and not accepted[kind]:
                raise Problem(406, "There is no such form of the list", f"ask for {kind}")
            token, ttl_s = status_list(int(name))
            return _cacheable(token.encode("ascii"), kind, ttl_s)

    return routes


def _cacheable(body: bytes, kind: str, max_age_s: int) -> Response:
    response = Response(body, content_type=kind)
    response.headers["Cache-Control"] = f"public, max-age={max_age_s}"
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    return response.make_conditional(request)  # type: ignore[return-value]  # it is the same one
