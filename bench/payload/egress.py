"""What a credential's bytes add up to over a month, for a traffic that is stated.

    N    = requests_per_s * 86,400 * days, a share s of which are logins
    up   = N * (1 - s) * q        to the service, q: what the credential adds to one request
    down = N * ((1 - s) * a + s * b)    from it, a and b: what it adds to an answer, to a login's

over the same traffic under `control`. docs/payload.md says what it leaves out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ..records import Cell

SECONDS_A_DAY = 86_400
HTTP1 = "http/1.1"
CONTROL = "control"


@dataclass(frozen=True)
class Traffic:
    """How much is asked, and by whom."""

    requests_per_s: float
    days: float
    login_share: float
    """Of all requests, those that are logins."""
    policy: str = HTTP1
    """`http/1.1`, or whose header compression over HTTP/2."""
    claims: int = 0
    requests_per_connection: float = 100.0
    """Over HTTP/2 the first request of a connection costs more than those after it."""
    users: int | None = None
    """How many share one connection from a proxy; None: a connection for each user."""

    @property
    def requests(self) -> float:
        return self.requests_per_s * self.days * SECONDS_A_DAY


@dataclass(frozen=True)
class Monthly:
    """What one arm adds, in bytes over the days of the traffic."""

    arm: str
    request_bytes: float
    """In the mean over the requests that carry the credential."""
    up_bytes: float
    down_bytes: float


def monthly(
    cells: Iterable[Cell], traffic: Traffic, controls: Collection[str] = (CONTROL,)
) -> list[Monthly]:
    """What each arm of a run adds; arms that were not counted under these conditions are left out.

    *cells* are those of the measure payload.
    """
    counted: dict[str, dict[str, float]] = {}
    for cell in cells:
        counted.setdefault(cell.arm, {}).update(_taken(cell, traffic))
    control = counted.get(CONTROL, {})
    found = []
    for arm, figures in counted.items():
        each = _request_bytes(figures, traffic)
        if arm in controls or each is None or "response_bytes" not in figures:
            continue
        answer = figures["response_bytes"] - control.get("response_bytes", 0.0)
        login = figures["response_bytes_login"] - control.get("response_bytes_login", 0.0)
        share = traffic.login_share
        up = traffic.requests * (1 - share) * each
        down = traffic.requests * ((1 - share) * answer + share * login)
        found.append(Monthly(arm, each, up, down))
    return sorted(found, key=lambda one: one.up_bytes + one.down_bytes)


def _taken(cell: Cell, traffic: Traffic) -> dict[str, float]:
    """The figures of *cell* that say something about this traffic."""
    claims = cell.conditions.get("claims")
    policy = cell.labels.get("header_policy")
    wanted: set[str] = set()
    if policy is None:
        if claims == 0:
            # What a claim adds to an answer is the user's data, under control as well.
            wanted |= {"response_bytes", "response_bytes_login"}
        if claims == traffic.claims:
            wanted.add("request_bytes")
        return _named(cell, wanted)
    there = (policy, claims, cell.conditions.get("users"))
    if there == (traffic.policy, traffic.claims, traffic.users):
        wanted |= {"request_bytes_h2_first", "request_bytes_h2_steady"}
    return _named(cell, wanted)


def _named(cell: Cell, wanted: set[str]) -> dict[str, float]:
    return {name: value for name, value in cell.figures.items() if name in wanted}


def _request_bytes(figures: dict[str, float], traffic: Traffic) -> float | None:
    if traffic.policy == HTTP1:
        return figures.get("request_bytes")
    steady = figures.get("request_bytes_h2_steady")
    if steady is None or traffic.users is not None:
        return steady
    first = figures.get("request_bytes_h2_first", steady)
    return steady + (first - steady) / traffic.requests_per_connection
