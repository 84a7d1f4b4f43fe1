"""Journey: what a login costs over its life, from the prices of its events.

Prices come from batches of one kind of event beside batches of `control`, at one node; background
work is watched while nobody asks; and whole journeys of Locust users are measured, so that a report
can hold what the prices foretell against them. What a cell holds is in docs/records.md.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Literal

from .. import gates
from ..context import CONTROL, mount_of
from ..journey.batches import Sender
from ..journey.idle import idle
from ..journey.lives import SETTLED_LEAST, TOUCH_S, Point, live, settled
from ..journey.prices import Price, Stay, Till
from ..journey.spending import Purse
from ..nodes import Nodes, start_nodes
from ..payload.wire import Connection
from ..processes.placement import running_on
from ..records import Arm, Cell, Gate

if TYPE_CHECKING:
    from ..context import Context

PRICES_TOUCH_S = 1.0
"""The touch interval while prices are taken: shorter than a round, longer than a batch."""
REHEARSAL = 3
"""Events of each kind before anything is measured: code is loaded and connections are open."""


def run(context: Context) -> None:
    """Take every price of the plan, watch background work, and measure whole journeys."""
    _prices(context)
    if not context.is_done("journey", "idle"):
        _idle(context)
        context.finish("journey", "idle")
    if not context.is_done("journey", "lives"):
        _lives(context)
        context.finish("journey", "lives")


def _arms(context: Context) -> list[Arm]:
    """The arms with a price; those that are there twice only say what times differ by."""
    return [arm for arm in context.arms if not arm.is_again and arm.mechanism != "control"]


def _prices(context: Context) -> None:
    rounds = [
        number
        for number in range(context.plan.journey_rounds)
        if not context.is_done("journey", "prices", number)
    ]
    if not rounds:
        return
    services, arms = context.services, _arms(context)
    with (
        start_nodes(
            1,
            [CONTROL, *map(mount_of, arms)],
            store_urls=services.store_urls,
            keys_file=services.keys_file,
            folder=services.folder,
            touch_s=PRICES_TOUCH_S,
            cores=context.placement.server,
        ) as nodes,
        running_on(context.placement.generator),
        Connection(nodes[0].host, nodes[0].port) as connection,
    ):
        sender = Sender(connection, Purse(nodes[0].pid, *services.processes()))
        _round(context, Till(nodes[0], sender, REHEARSAL), arms, None)
        for number in rounds:
            till = Till(nodes[0], sender, context.plan.journey_events)
            _round(context, till, arms, number)
            context.finish("journey", "prices", number)


def _round(context: Context, till: Till, arms: list[Arm], number: int | None) -> None:
    """Take every price once; keep it if the round has a *number*."""
    order = list(arms)
    random.Random(repr(context.seed_for("journey", number or 0))).shuffle(order)
    started = time.monotonic()
    stays: list[Stay] = []
    for place, arm in enumerate(order):
        _tell(context, number, place / len(order) / 2, arm)
        stay, prices = till.first_half(arm)
        stays.append(stay)
        for price in prices if number is not None else ():
            _keep_price(context, arm.name, number or 0, price)
    # Now every session is due to be touched.
    time.sleep(max(0.0, 1.2 * PRICES_TOUCH_S - (time.monotonic() - started)))
    for place, stay in enumerate(stays):
        _tell(context, number, 0.5 + place / len(order) / 2, stay.arm)
        prices = till.second_half(stay, touches=stay.arm.mechanism == "session")
        for price in prices if number is not None else ():
            _keep_price(context, stay.arm.name, number or 0, price)


def _tell(context: Context, number: int | None, within: float, arm: Arm) -> None:
    """Prices are about half of the experiment where journeys are measured."""
    share = 0.5 if context.plan.journey_points else 1.0
    done = ((number or 0) + within) / context.plan.journey_rounds
    context.progress.advance(share * done, f"prices of {arm.name}")


def _keep_price(context: Context, arm: str, block: int, price: Price) -> None:
    batch = price.batch
    context.keep(
        Cell(
            id=context.next_id("journey", price.event, block, arm),
            measure="journey",
            layer="price",
            arm=arm,
            block=block,
            labels={"event": price.event},
            figures=batch.figures(),
            gates=[gates.expected_answers(batch.correct, batch.sent, {})],
            started_at=time.time(),
        ),
        batch.arrays(),
    )


def _idle(context: Context) -> None:
    """Watch the schemes whose nodes work without being asked, beside one without any."""
    follows = {scheme.name for scheme in context.schemes if scheme.follows}
    watched = [arm for arm in _arms(context) if arm.scheme in follows]
    if not watched or not context.plan.journey_idle_s:
        return
    control = next(arm for arm in context.arms if arm.name == CONTROL)

    def tell(share: float) -> None:
        context.progress.advance(0.5, f"background work, {share:.0%}")

    services = context.services
    found = idle(
        [control, *watched],
        context.plan.journey_idle_s,
        services,
        context.placement.server,
        services.processes(),
        tell,
    )
    for arm, figures in found:
        context.keep(_cell(context, arm.name, "idle", figures))


def _lives(context: Context) -> None:
    plan, services = context.plan, context.services
    measured = [arm for arm in _arms(context) if arm.scheme in plan.journey_schemes]
    turns = [
        (arm, Point(ratio, renews=arm.mechanism == "token"))
        for ratio in plan.journey_points
        for arm in measured
    ]
    if not turns:
        return

    def node(mounts: list[str], folder: str) -> Nodes:
        logs = services.folder / folder
        logs.mkdir(exist_ok=True)
        return start_nodes(
            1,
            mounts,
            store_urls=services.store_urls,
            keys_file=services.keys_file,
            folder=logs,
            touch_s=TOUCH_S,
            cores=context.placement.server,
        )

    mounts = list(dict.fromkeys(mount_of(arm) for arm, _ in turns))
    left_out = []
    with node([CONTROL], "bare") as bare, node(mounts, "journey") as nodes:
        for place, (arm, point) in enumerate(turns):

            def tick(place: int = place, name: str = arm.name) -> None:
                share = 0.5 + 0.5 * place / len(turns)
                context.progress.advance(share, f"journeys under {name}")

            tick()
            hosts = {arm.name: nodes[0], CONTROL: bare[0]}
            cores = context.placement.generator
            figures, arrays = live(hosts, arm.name, point, plan.journey_s, services, cores, tick)
            if (share := settled(figures, point)) < SETTLED_LEAST:
                left_out.append(
                    f"{arm.name} at {point.requests_per_token:g} requests a token: "
                    f"{share:.0%} of its requests came"
                )
                continue
            context.keep(_cell(context, arm.name, "life", figures, point), arrays)
    context.gates.append(_gate(left_out))


def _gate(left_out: list[str]) -> Gate:
    """A journey whose users came too slowly is of nobody's traffic; it is said, and fails none."""
    return Gate(
        name="journeys_left_out",
        passed=True,
        value=float(len(left_out)),
        limit=float(len(left_out)),
        note="; ".join(left_out) or "the users of every journey asked as often as they were to",
    )


def _cell(
    context: Context,
    arm: str,
    layer: Literal["idle", "life"],
    figures: dict[str, float],
    point: Point | None = None,
) -> Cell:
    return Cell(
        id=context.next_id("journey", layer, 0, arm),
        measure="journey",
        layer=layer,
        arm=arm,
        conditions={"requests_per_token": point.requests_per_token} if point else {},
        labels={"role": "held-out"} if point else {},
        figures=figures,
        started_at=time.time(),
    )
