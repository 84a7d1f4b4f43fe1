"""`python -m bench egress`: what the credential's bytes add up to, for a traffic that you state."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from ..helpful import Choice
from ..records import Cell, RecordError, read_cells, read_run
from .compression import POLICIES
from .egress import HTTP1, Monthly, Traffic, monthly
from .sharing import USERS

GB = 1e9


@click.command()
@click.argument("run", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--requests-per-s",
    type=click.FloatRange(min=0, min_open=True),
    required=True,
    help="Requests a second in the mean, logins among them.",
)
@click.option(
    "--days", type=click.FloatRange(min=0, min_open=True), default=30.0, show_default=True
)
@click.option(
    "--login-share",
    type=click.FloatRange(0, 1),
    default=0.001,
    show_default=True,
    help="Of all requests, the share that are logins.",
)
@click.option(
    "--policy",
    type=Choice([HTTP1, *POLICIES]),
    default=HTTP1,
    show_default=True,
    help="HTTP/1.1, or HTTP/2 with the header compression of this client.",
)
@click.option(
    "--claims",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Lines in the cart; one of the numbers that the run measured.",
)
@click.option(
    "--requests-per-connection",
    type=click.FloatRange(min=1),
    default=100.0,
    show_default=True,
    help="Over HTTP/2, of one user.",
)
@click.option(
    "--users",
    type=Choice([str(number) for number in USERS]),
    help="Over HTTP/2, users who share a connection from a proxy. Default: each has their own.",
)
@click.option("--json", "as_json", is_flag=True, help="Print bytes as JSON.")
def egress(
    run: Path,
    requests_per_s: float,
    days: float,
    login_share: float,
    policy: str,
    claims: int,
    requests_per_connection: float,
    users: str | None,
    as_json: bool,
) -> None:
    """Add up what each scheme of RUN adds to the traffic, over the same without a login."""
    traffic = Traffic(
        requests_per_s=requests_per_s,
        days=days,
        login_share=login_share,
        policy=policy,
        claims=claims,
        requests_per_connection=requests_per_connection,
        users=int(users) if users else None,
    )
    try:
        arms = read_run(run).arms
        cells = [cell for cell in read_cells(run) if cell.measure == "payload"]
    except RecordError as exc:
        _fail(str(exc))
    if users and policy == HTTP1:
        _fail("--users is about HTTP/2: name a --policy such as nghttp2")
    found = monthly(cells, traffic, [arm.name for arm in arms if arm.mechanism == "control"])
    if not found:
        _fail(_missing(run, cells, traffic))
    if as_json:
        rows = [asdict(one) for one in found]
        click.echo(json.dumps({"traffic": asdict(traffic), "arms": rows}, indent=2))
    else:
        click.echo(_table(found, traffic))


def _table(found: list[Monthly], traffic: Traffic) -> str:
    width = max(len(one.arm) for one in found)
    head = (
        f"{traffic.requests_per_s:,g} requests a second for {traffic.days:g} days, "
        f"{traffic.login_share:.2%} of them logins; {traffic.policy}, {traffic.claims} claims; "
        "over control"
    )
    lines = [head, "", f"{'scheme':<{width}}  bytes a request     up GB   down GB"]
    lines += [
        f"{one.arm:<{width}}  {one.request_bytes:>15,.1f}  {one.up_bytes / GB:>8,.2f}  "
        f"{one.down_bytes / GB:>8,.2f}"
        for one in found
    ]
    return "\n".join(lines)


def _missing(run: Path, cells: list[Cell], traffic: Traffic) -> str:
    counted = sorted({int(c.conditions["claims"]) for c in cells if "claims" in c.conditions})
    if not counted:
        return f"{run} has no payload cells: measure with --only payload"
    if traffic.claims not in counted:
        known = ", ".join(map(str, counted))
        return f"{run} was not measured with {traffic.claims} claims; it has {known}"
    return f"{run} was measured with users on one connection at 0 claims alone"


def _fail(message: str) -> None:
    click.echo(f"bench: {message}", err=True)
    sys.exit(1)
