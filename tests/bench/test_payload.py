"""Byte counts: exact at the socket, as real clients compress them, and at every limit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from bench.caller import Caller
from bench.context import arms_of
from bench.experiments.payload import aliases
from bench.nodes import Node, start_nodes
from bench.payload.cells import wire_cells
from bench.payload.compression import POLICIES, huffman_bytes
from bench.payload.issuing import issued
from bench.payload.sharing import USERS
from bench.payload.wire import Connection
from bench.records import Arm, Cell
from bench.services import Services
from demo.auth import Settings
from demo.schemes import build_mount

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
    known: dict[str, list[Cell]] = field(default_factory=dict)

    def cells(self, scheme: str) -> list[Cell]:
        """What the experiment finds for *scheme*; found once for all tests."""
        if scheme not in self.known:
            self.known[scheme] = self.measure(scheme)
        return self.known[scheme]

    def measure(self, scheme: str) -> list[Cell]:
        """What it finds now, with a login of its own."""
        found = wire_cells(self.arms[scheme], self.node, self.mounts[scheme], CLAIMS, self.settings)
        return list(found)


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    mounts = dict(zip(SCHEMES, aliases(len(SCHEMES)), strict=True))
    with Services() as services:
        settings = Settings(store_url=" ".join(services.store_urls), keys_file=services.keys_file)
        schemes = [build_mount(mounts[name], name, settings, site=True) for name in SCHEMES]
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
        [{k: v for k, v in cell.figures.items() if k in exact} for cell in cells]
        for cells in (deployed.cells(name), deployed.measure(name))
    )
    assert first == again
    assert any("response_bytes_login" in found for found in first)


def test_http2_is_the_same_to_within_two_bytes(deployed: Deployed) -> None:
    """Which characters a credential has is chance; the typical one of several is counted."""
    name = "token-cookie-hs256-expiry"
    first, again = (
        [c.figures for c in cells if "header_policy" in c.labels and "claims" in c.conditions]
        for cells in (deployed.cells(name), deployed.measure(name))
    )
    assert len(first) == (len(CLAIMS) + len(USERS)) * len(POLICIES)
    for one, other in zip(first, again, strict=True):
        for name, value in one.items():
            assert abs(value - other[name]) <= 2, name


EXACT = {
    "control": {"request_bytes": 0, "request_bytes_total": 113, "response_bytes_login": 219},
    "session-cookie-memory": {"request_bytes": 70, "response_bytes": 269, "claims_max": 4369},
    "session-bearer-redis": {"request_bytes": 67, "claims_max": 4369, "bytes_per_claim": 0},
    "token-bearer-es256-expiry": {"request_bytes": 398, "credential_bytes": 374, "claims_max": 215},
    "token-cookie-hs256-expiry": {"request_bytes": 357, "credential_bytes": 331, "claims_max": 131},
}


@pytest.mark.parametrize("name", SCHEMES)
def test_counts_are_these_on_every_machine(deployed: Deployed, name: str) -> None:
    """A byte more in a header, a claim or an answer of ours is a change that somebody meant."""
    found: dict[str, float] = {}
    for cell in deployed.cells(name):
        if cell.conditions.get("claims", 0) == 0 and "header_policy" not in cell.labels:
            found |= cell.figures
    assert {figure: found[figure] for figure in EXACT[name]} == EXACT[name]


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
        scheme = build_mount(deployed.mounts[name], name, deployed.settings, site=True)
        assert scheme.mechanism is not None
        data = {f"cart:item-{number:04d}": 1 for number in range(most + 1)}
        with pytest.raises(ValueError, match="limited to"):
            scheme.mechanism.issue("alice", data)
        data.popitem()
        scheme.mechanism.revoke(scheme.mechanism.issue("alice", data).credential)
        scheme.close()


def test_credentials_made_here_work_at_the_server(deployed: Deployed) -> None:
    """They are what the server would have issued, and are gone afterwards."""
    name = "session-bearer-redis"
    scheme = build_mount(deployed.mounts[name], name, deployed.settings, site=True)
    with Connection(deployed.node.host, deployed.node.port) as connection:
        example = Caller(connection, deployed.node.base(deployed.mounts[name]))
        example.login("alice")
        with issued(scheme, example, 3) as caller:
            assert len(caller.me().json()["data"]) == 3
        assert caller.me().status == 401
    scheme.close()


def test_mounts_weigh_alike() -> None:
    """In their length and in Huffman code, or schemes would differ by the name of their path."""
    found = aliases(100)
    assert len(set(found)) == 100
    assert {(len(alias), huffman_bytes(alias)) for alias in found} == {(2, 2)}
