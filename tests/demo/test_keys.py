"""What verifiers elsewhere fetch: public keys and status lists, with how long they may be kept."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from valkey import Valkey

from bench.services import Services
from demo.app import create_app
from demo.auth import Settings
from demo.builtin.tokens import AUDIENCE, ISSUER, LISTS_TTL_S, MAX_LIST_BYTES
from demo.keys import KEYS_MAX_AGE_S
from demo.schemes import build
from demo.testing import Visitor, over_sockets, over_wsgi
from tokens import InvalidToken, JwksClient, KeyRing, TokenVerifier
from tokens.jwks import read_jwks
from tokens.revocation.statuslist import StatusList
from tokens.signing import Signer

from .conftest import Start

JWKS = "/.well-known/jwks.json"


def visitor_of(name: str, settings: Settings | None = None) -> Visitor:
    return Visitor(over_wsgi(create_app(build(name, settings or Settings()))))


def test_keys_may_be_kept_and_are_asked_for_again() -> None:
    """RFC 9110 sections 8.8.3 and 13.1.2: nothing is sent to who has them already."""
    visitor = visitor_of("token-bearer-es256-expiry")
    first = visitor.get(JWKS)
    assert first.header("Content-Type") == "application/jwk-set+json"
    assert first.header("Cache-Control") == f"public, max-age={KEYS_MAX_AGE_S}"
    tag = first.header("ETag") or ""
    again = visitor.get(JWKS, {"If-None-Match": tag})
    assert (again.status, again.body) == (304, b"")
    assert (again.header("ETag"), again.header("Cache-Control")) == (
        tag,
        first.header("Cache-Control"),
    )
    other = visitor_of("token-bearer-es256-expiry").get(JWKS, {"If-None-Match": tag})
    assert (other.status, other.header("ETag") != tag) == (200, True)


def test_keys_depend_on_no_credential() -> None:
    """They are the same for everybody, so every cache may share them."""
    visitor = visitor_of("token-cookie-eddsa-expiry")
    visitor.log_in()
    answer = visitor.get(JWKS)
    assert answer.header("Vary") is None
    assert answer.all("Set-Cookie") == []


def test_a_service_elsewhere_verifies_with_them(start: Start, tmp_path: Path) -> None:
    """Over HTTP, with no key of its own, whatever the algorithm."""
    names = [f"token-bearer-{each}-expiry" for each in ("rs256", "ps256", "es256", "eddsa")]
    mounts = [word for name in names for word in ("--scheme", name)]
    served = start(*mounts, "--keys-file", str(tmp_path / "keys.json"))
    for name in names:
        base = f"{served.base}/s/{name}"
        client = JwksClient(f"{base}{JWKS}")
        elsewhere = TokenVerifier(client, issuer=ISSUER, audience=f"{AUDIENCE}/{name}")
        alice = Visitor(over_sockets(base))
        alice.log_in()
        assert elsewhere.verify(alice.bearer or "").subject == "alice"


@pytest.fixture
def listed(services: Services, valkey_client: Valkey, tmp_path: Path) -> Iterator[Visitor]:
    settings = Settings(store_url=services.redis_url, keys_file=tmp_path / "keys.json")
    scheme = build("token-bearer-es256-statuslist-redis", settings)
    yield Visitor(over_wsgi(create_app(scheme)))
    scheme.close()


def unpacked(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _ = token.split(".")
    return tuple(
        json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        for part in (header, claims)
    )


def test_a_status_list_is_served_as_the_draft_says(listed: Visitor) -> None:
    """Its type, its media type and its ttl; and the place in the token finds the login's bit."""
    listed.log_in()
    _, claims = unpacked(listed.bearer or "")
    place = claims["status"]["status_list"]
    path = "/" + place["uri"].removeprefix(ISSUER + "/")
    answer = listed.get(path, {"Accept": "application/statuslist+jwt"})
    assert answer.header("Content-Type") == "application/statuslist+jwt"
    assert answer.header("Cache-Control") == f"public, max-age={LISTS_TTL_S}"
    header, published = unpacked(answer.body.decode())
    assert (header["typ"], published["sub"], published["ttl"]) == (
        "statuslist+jwt",
        place["uri"],
        LISTS_TTL_S,
    )
    assert StatusList.from_dict(published["status_list"])[place["idx"]] == 0
    thief = listed.copy()
    assert listed.post("/logout").status == 200
    while thief.get("/me").status == 200:
        pass  # Within the bound its node has learnt of it.
    _, published = unpacked(listed.get(path).body.decode())
    assert StatusList.from_dict(published["status_list"])[place["idx"]] == 1


def test_a_status_list_is_no_access_token(listed: Visitor) -> None:
    """Signed with the same key, and of another type (RFC 8725 section 3.11)."""
    listed.log_in()
    number = unpacked(listed.bearer or "")[1]["status"]["status_list"]["uri"].rpartition("/")[2]
    listed.bearer = listed.get(f"/statuslists/{number}").body.decode()
    assert listed.get("/me").status == 401


def test_a_status_list_is_served_in_its_one_form(listed: Visitor) -> None:
    """A client that takes no other is told so; and what is no number is no list."""
    assert listed.get("/statuslists/7", {"Accept": "application/statuslist+cwt"}).status == 406
    assert listed.get("/statuslists/7", {"Accept": "*/*"}).status == 200
    for path in (
        "/statuslists/x",
        "/statuslists/-1",
        f"/statuslists/{'9' * 5000}",
        "/statuslists/07",
    ):
        assert listed.get(path).status == 404
    assert visitor_of("token-bearer-es256-expiry").get("/statuslists/7").status == 404


def test_who_verifies_a_list_uses_the_published_keys(listed: Visitor, tmp_path: Path) -> None:
    """The signature is the issuer's, and a changed list is refused."""
    ring = KeyRing(read_jwks(listed.get(JWKS).body))
    verifier = Signer(ring, MAX_LIST_BYTES, "statuslist+jwt")
    token = listed.get("/statuslists/7").body.decode()
    assert json.loads(verifier.verify(token))["sub"].endswith("/statuslists/7")
    changed = token[:-3] + ("B" if token[-3] == "A" else "A") + token[-2:]
    with pytest.raises(InvalidToken):
        verifier.verify(changed)


@pytest.mark.parametrize("held", ["{}", '{"keys": 1}', '{"keys": ["a secret"]}', "no JSON"])
def test_a_file_that_holds_no_keys_is_said_to_be_that(tmp_path: Path, held: str) -> None:
    """One line with the remedy, and the file stays as it is."""
    file = tmp_path / "keys.json"
    file.write_text(held)
    with pytest.raises(ValueError, match=r"holds no signing keys: remove it"):
        build("token-bearer-hs256-expiry", Settings(keys_file=file))
    assert file.read_text() == held


def test_a_scheme_reads_the_keys_of_its_own_algorithm_alone(tmp_path: Path) -> None:
    """A private RSA key takes sixteen milliseconds to check, in every scheme of a site."""
    settings = Settings(keys_file=tmp_path / "keys.json")
    build("token-bearer-hs256-expiry", settings).close()
    stored = json.loads((tmp_path / "keys.json").read_text())["keys"]
    for key in stored:
        key["private"] = key["private"] if key["algorithm"] == "HS256" else "damaged"
    (tmp_path / "keys.json").write_text(json.dumps({"keys": stored}))
    build("token-bearer-hs256-expiry", settings).close()
    with pytest.raises(ValueError, match="PEM"):
        build("token-bearer-rs256-expiry", settings)
