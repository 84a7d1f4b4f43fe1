"""Byte counts: exact at the socket, as real clients compress them, and at every limit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hpack import Encoder, HeaderTuple, NeverIndexedHeaderTuple
from hypothesis import given
from hypothesis import strategies as st

from bench.caller import Caller, Cookie
from bench.context import arms_of
from bench.experiments.payload import aliases, store_cells, wire_cells
from bench.nodes import Node, start_nodes
from bench.payload.compression import POLICIES, block_bytes, huffman_bytes
from bench.payload.issuing import issued
from bench.payload.limits import CAP, find_limit
from bench.payload.sizing import largest, steady_bytes
from bench.payload.storing import measure_store, with_database
from bench.payload.wire import Connection, Response
from bench.records import Arm, Cell
from bench.services import Services
from demo.auth import Client, Grant, Identity, Scheme, Settings
from demo.schemes import build

SCHEMES = (
    "control",
    "session-cookie-memory",
    "session-bearer-redis",
    "token-bearer-es256-expiry",
    "token-cookie-hs256-expiry",
)
CLAIMS = (0, 1, 4, 16)
SESSION_ID_BYTES = 43
"""256 bits in base64url."""


@dataclass(frozen=True)
class Deployed:
    """One node with every scheme of the test under an alias."""

    services: Services
    node: Node
    settings: Settings
    mounts: dict[str, str]
    arms: dict[str, Arm]

    def cells(self, scheme: str) -> list[Cell]:
        """What the experiment finds for *scheme*."""
        found = wire_cells(self.arms[scheme], self.node, self.mounts[scheme], CLAIMS, self.settings)
        return list(found)


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    mounts = dict(zip(SCHEMES, aliases(len(SCHEMES)), strict=True))
    with Services() as services:
        settings = Settings(store_url=" ".join(services.store_urls), keys_file=services.keys_file)
        schemes = [build(name, settings) for name in SCHEMES]
        for scheme in schemes:
            scheme.close()
        arms = {arm.name: arm for arm in arms_of(schemes)}
        with start_nodes(
            1,
            [f"{alias}={name}" for name, alias in mounts.items()],
            store_urls=services.store_urls,
            keys_file=services.keys_file,
            folder=services.folder,
            timing=False,
        ) as nodes:
            yield Deployed(services, nodes[0], settings, mounts, arms)


def figures(cells: list[Cell], claims: float, **labels: str) -> dict[str, float]:
    """The figures measured under these conditions."""
    found = [c for c in cells if c.conditions == {"claims": claims} and c.labels == labels]
    assert len(found) == 1
    return found[0].figures


def test_control_weighs_nothing(deployed: Deployed) -> None:
    """It is what the others are counted over."""
    cells = deployed.cells("control")
    assert figures(cells, 0)["request_bytes"] == 0
    assert all(figures(cells, 0, header_policy=p)["request_bytes_h2_first"] == 0 for p in POLICIES)


@pytest.mark.parametrize(
    ("name", "around"),
    [
        ("session-cookie-memory", len("Cookie: __Secure-session=\r\n")),
        ("session-bearer-redis", len("Authorization: Bearer \r\n")),
    ],
)
def test_a_session_id_weighs_what_it_is_and_never_more(
    deployed: Deployed, name: str, around: int
) -> None:
    """The state stays on the server, so a request is as large with a full cart as with none."""
    cells = deployed.cells(name)
    assert {figures(cells, n)["request_bytes"] for n in CLAIMS} == {SESSION_ID_BYTES + around}
    assert [c.figures["bytes_per_claim"] for c in cells if "bytes_per_claim" in c.figures] == [0.0]


def test_a_token_grows_with_what_it_says(deployed: Deployed) -> None:
    """Base64url makes four bytes of three: the cart line as JSON, and a third on top."""
    cells = deployed.cells("token-bearer-es256-expiry")
    sizes = [figures(cells, n)["request_bytes"] for n in CLAIMS]
    line = len(',"cart:item-0000":1')
    assert sizes[3] - sizes[2] == pytest.approx(12 * line * 4 / 3, abs=1)
    (slope,) = (c.figures["bytes_per_claim"] for c in cells if "bytes_per_claim" in c.figures)
    assert slope == (sizes[-1] - sizes[0]) / 16


@pytest.mark.parametrize("name", SCHEMES)
def test_counts_at_the_socket_are_the_same_every_time(deployed: Deployed, name: str) -> None:
    """Another login, another credential, the same number of bytes: nothing is left to chance."""
    exact = ("request_bytes", "response_bytes", "response_bytes_login", "claims_max")
    first, again = (
        [{k: v for k, v in cell.figures.items() if k in exact} for cell in deployed.cells(name)]
        for _ in range(2)
    )
    assert first == again
    assert any("response_bytes_login" in found for found in first)


def test_http2_is_the_same_to_within_two_bytes(deployed: Deployed) -> None:
    """Which characters a credential has is chance; the typical one of several is counted."""
    name = "token-cookie-hs256-expiry"
    first, again = (
        [
            c.figures
            for c in deployed.cells("token-cookie-hs256-expiry")
            if "header_policy" in c.labels
        ]
        for _ in range(2)
    )
    assert len(first) == len(CLAIMS) * len(POLICIES)
    for one, other in zip(first, again, strict=True):
        for name, value in one.items():
            assert abs(value - other[name]) <= 2, name


def test_a_steady_credential_costs_a_byte_where_it_is_indexed(deployed: Deployed) -> None:
    """Chromium indexes authorization; nghttp2 and Python's h2 never do."""
    cells = deployed.cells("session-bearer-redis")
    found = {policy: figures(cells, 0, header_policy=policy) for policy in POLICIES}
    assert found["chromium"]["request_bytes_h2_steady"] == 1
    for policy in ("nghttp2", "python-h2"):
        steady = found[policy]["request_bytes_h2_steady"]
        assert steady == found[policy]["request_bytes_h2_first"] > 30


def test_the_limit_is_where_one_more_is_refused(deployed: Deployed) -> None:
    """The largest cart that works is found, with who refuses a larger one and in which words."""
    for name in SCHEMES[1:]:
        (cell,) = (c for c in deployed.cells(name) if "claims_max" in c.figures)
        most = int(cell.figures["claims_max"])
        assert cell.labels["refused_by"] == "scheme"
        scheme = build(name, deployed.settings)
        assert scheme.mechanism is not None
        data = {f"cart:item-{number:04d}": 1 for number in range(most + 1)}
        with pytest.raises(ValueError, match="limited to"):
            scheme.mechanism.issue("alice", data)
        data.popitem()
        scheme.mechanism.revoke(scheme.mechanism.issue("alice", data).credential)
        scheme.close()


class Unlimited:
    """A mechanism whose credential grows by a hundred bytes a claim and is never refused."""

    rejection = ValueError
    outages = ()

    def issue(self, subject: str | None, data: dict[str, int], client: Client) -> Grant:
        return Given("x" * (100 + 100 * len(data)))

    def revoke(self, credential: str) -> None:
        """Forget it."""

    def verify(self, credential: str) -> Identity:
        raise NotImplementedError


@dataclass(frozen=True)
class Given:
    credential: str
    renewal: str | None = None
    expires_at: float = 0.0
    handle: str = ""


def unlimited(transport: str) -> tuple[Scheme, Caller]:
    """A scheme that refuses nothing, and one of its callers; nobody serves it."""
    scheme = Scheme(
        name="unlimited",
        summary="",
        mechanism=Unlimited(),  # type: ignore[arg-type]  # the two verbs that are used
        transport="cookie",
        strength="immediate",
        shared=False,
    )
    example = Caller(Connection("127.0.0.1", 1), "/s/x")
    if transport == "cookie":
        example.cookies["access"] = Cookie("access", "x", "/s/x")
    else:
        example.access_token = "x"
    return scheme, example


def test_a_cookie_ends_at_what_browsers_keep() -> None:
    """4,096 bytes of name and value, whatever the scheme would have issued."""
    limit = find_limit(*unlimited("cookie"))
    assert (limit.claims, limit.refused_by) == ((4096 - len("access") - 100) // 100, "cookie")


def test_a_search_without_an_end_says_so() -> None:
    """No limit is claimed where none was met."""
    limit = find_limit(*unlimited("bearer"))
    assert (limit.claims, limit.refused_by) == (CAP, "none")


def test_credentials_made_here_work_at_the_server(deployed: Deployed) -> None:
    """They are what the server would have issued, and are gone afterwards."""
    name = "session-bearer-redis"
    scheme = build(name, deployed.settings)
    with Connection(deployed.node.host, deployed.node.port) as connection:
        example = Caller(connection, deployed.node.base(deployed.mounts[name]))
        example.login("alice")
        with issued(scheme, example, 3) as caller:
            assert len(caller.me().json()["data"]) == 3
        assert caller.me().status == 401
    scheme.close()


@given(st.integers(0, 300), st.integers(0, 200))
def test_the_search_finds_the_edge(edge: int, cap: int) -> None:
    """And stops at its cap."""
    assert largest(lambda number: number <= edge, cap) == min(edge, cap)


FIELDS = [(":method", "GET"), (":path", "/me"), ("accept", "application/json")]


def test_python_h2_agrees_with_the_library_it_uses() -> None:
    """The same headers through the same encoder, marked as that client marks them."""
    fields = [*FIELDS, ("authorization", "Bearer abc"), ("cookie", "short=1")]
    encoder = Encoder()
    plain = [HeaderTuple(*field) for field in FIELDS]
    marked = [*plain, *(NeverIndexedHeaderTuple(*field) for field in fields[-2:])]
    expected = [len(encoder.encode(marked)) for _ in range(3)]
    assert block_bytes("python-h2", fields, 3) == expected


def test_chromium_sends_a_changed_cookie_alone() -> None:
    """Each crumb is a field of its own: of two cookies, the one that stayed costs a byte."""
    both = [*FIELDS, ("cookie", "session=" + "s" * 40 + "; theme=" + "t" * 40)]
    one = [*FIELDS, ("cookie", "session=" + "s" * 40)]
    assert block_bytes("chromium", both, 2)[1] - block_bytes("chromium", one, 2)[1] == 1


@pytest.mark.parametrize(
    ("policy", "characters", "indexed"),
    [
        ("chromium", 4096 - 32 - len("cookie"), True),
        ("chromium", 4096 - 32 - len("cookie") + 1, False),
        ("nghttp2", 3072 - 32 - len("cookie"), True),
        ("nghttp2", 3072 - 32 - len("cookie") + 1, False),
        ("nghttp2", 20, True),
        ("nghttp2", 19, False),
    ],
)
def test_the_cliff(policy: str, characters: int, indexed: bool) -> None:
    """One byte more than the table takes, and every request carries it in full again."""
    static = [(":method", "GET"), (":path", "/")]
    carried = [*static, ("cookie", "s" * characters)]
    steady = block_bytes(policy, carried, 3)[-1] - block_bytes(policy, static, 3)[-1]
    assert (steady == 1) == indexed


def test_a_credential_that_fills_the_table_pushes_the_others_out() -> None:
    """It fits alone, but not beside the headers that every request has: all are sent in full."""
    filling = ("cookie", "s" * (4096 - 32 - len("cookie")))
    assert block_bytes("chromium", [*FIELDS, filling], 3)[-1] > 2000


def test_huffman_code_weighs_characters() -> None:
    """RFC 7541 appendix C.4.1: 15 characters in 12 bytes."""
    assert huffman_bytes("www.example.com") == 12


def answered(body: bytes) -> Response:
    return Response(200, (), body, 100 + len(body))


def test_an_instant_is_counted_with_all_its_digits() -> None:
    """A float whose last digit happens to be zero is written a byte shorter."""
    whole = answered(b'{"expires_at":1795380269.8533738}')
    short = answered(b'{"expires_at":1795380269.85337}')
    assert steady_bytes(short) == steady_bytes(whole) == whole.received_bytes
    second = answered(b'{"expires_at":1795380269.0}')
    assert steady_bytes(second) == second.received_bytes


def test_mounts_weigh_alike() -> None:
    """In their length and in Huffman code, or schemes would differ by the name of their path."""
    found = aliases(100)
    assert len(set(found)) == 100
    assert {(len(alias), huffman_bytes(alias)) for alias in found} == {(2, 2)}


def test_a_session_is_gone_from_the_store_and_a_denial_stays(deployed: Deployed) -> None:
    """A denylist keeps what it denies until it would have expired; a session leaves nothing."""
    services = deployed.services
    session, denylist = (
        measure_store(name, services.redis_url, services.keys_file, logins=50)
        for name in ("session-cookie-redis", "token-bearer-hs256-denylist-redis")
    )
    assert session is not None
    assert denylist is not None
    assert 300 < session.per_session < 900
    assert session.per_revocation == 0
    assert 50 < denylist.per_revocation < denylist.per_session


def test_a_file_is_measured_as_a_file(deployed: Deployed) -> None:
    """Pages of an SQLite file, without the gaps that random keys leave."""
    services = deployed.services
    found = measure_store("session-cookie-sqlite", None, services.keys_file, logins=200)
    assert found is not None
    assert 150 < found.per_session < 600
    assert found.per_revocation == 0


def test_state_in_process_memory_is_not_guessed(deployed: Deployed) -> None:
    """There is no honest number for it, so there is none."""
    arms = deployed.arms
    url = deployed.services.redis_url
    assert store_cells(arms["session-cookie-memory"], url, deployed.settings) == []
    assert store_cells(arms["control"], url, deployed.settings) == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://host:6379/0", "redis://host:6379/7"),
        ("redis://:secret@host:6379", "redis://:secret@host:6379/7"),
        ("redis://host?db=3&ssl_check=1", "redis://host/7?ssl_check=1"),
        ("unix:///run/valkey.sock?db=0", "unix:///run/valkey.sock?db=7"),
    ],
)
def test_a_url_names_another_database(url: str, expected: str) -> None:
    """Whatever way the URL names the one it has."""
    assert with_database(url, 7) == expected
