"""Lookup and revocation over conditions: how far the store, how many logins, denials and claims.

The hot loop of the lookup experiment, in stores of its own that are filled first. Along each axis
the points of one scheme are measured in turns, some hundred calls at a time, by one process; a
fork of its own is a round, and rounds are what intervals are computed over.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from .. import gates
from ..records import Cell, Gate, Layer
from ..scale.distances import Distances
from ..scale.ground import SETTINGS, Ground
from ..scale.job import REVOKE_AXIS, Point, ScaleJob, ScaleResult
from ..scale.points import Walk, walks
from ..scale.workbench import Workbench

if TYPE_CHECKING:
    from demo.auth import Scheme

    from ..context import Context

Tell = Callable[[float], None]
"""Takes the fraction of a walk that is done."""


class _Site(NamedTuple):
    """Where the walks are, each after the other."""

    ground: Ground
    distances: Distances
    workbench: Workbench


def run(context: Context) -> None:
    """Measure every walk of the plan, in an order drawn from the run's seed, and save its cells."""
    planned = walks(context.plan, _chosen(context))
    random.Random(repr(context.seed_for("scale", "order"))).shuffle(planned)
    total_s = sum(walk.seconds(context.plan) for walk in planned) or 1.0
    done_s = 0.0
    cores = context.placement.server
    with (
        Ground(context.services.folder, cores) as ground,
        Distances(context) as distances,
        Workbench(context.services.folder, cores) as workbench,
    ):
        site = _Site(ground, distances, workbench)
        for walk in planned:
            own_s = walk.seconds(context.plan)

            def tell(within: float, done_s: float = done_s, walk: Walk = walk) -> None:
                own_s = walk.seconds(context.plan)
                share = (done_s + within * own_s) / total_s
                context.progress.advance(share, f"{walk.scheme} over {walk.axis}")

            part = ("scale", walk.axis, walk.scheme)
            if not context.is_done(*part):
                _measure(context, site, walk, tell)
                ground.clear()
                context.finish(*part)
            done_s += own_s
    context.gates.append(_gate(planned))


def _chosen(context: Context) -> list[Scheme]:
    """The schemes that the plan names for this, or all if it names none of them."""
    named = context.plan.scale_schemes
    found = [scheme for scheme in context.schemes if scheme.name in named]
    return found or list(context.schemes)


def _gate(planned: list[Walk]) -> Gate:
    """What was left out is said where people look."""
    left_out = [each for walk in planned for each in walk.left_out]
    return Gate(
        name="scale_left_out",
        passed=True,
        value=float(len(left_out)),
        limit=float(len(left_out)),
        note="; ".join(left_out) or "every condition of the plan was measured",
    )


def _measure(context: Context, site: _Site, walk: Walk, tell: Tell) -> None:
    tell(0.0)
    store = walk.of.asked_store or "redis"
    urls = site.ground.urls(walk.places, store)
    job = ScaleJob(
        scheme=walk.scheme,
        axis=walk.axis,
        keys_file=str(context.services.keys_file),
        points=list(walk.points),
        store_urls=urls,
        far_urls=site.distances.away(urls[0], store, walk.rtts_ms),
        rounds=context.plan.scale_rounds,
        seed=context.seed_for("scale", walk.axis, walk.scheme),
        result=str(context.services.folder / f"scale-{walk.axis}-{walk.scheme}"),
    )
    expected = [Path(f"{job.path(*place)}.json") for place in _places(job)]

    def tick() -> None:
        tell(sum(each.exists() for each in expected) / len(expected))

    site.workbench.work(job, tick)
    _save(context, job, walk.of.asked_store)


def _places(job: ScaleJob) -> list[tuple[int, int]]:
    rounds = 1 if job.axis == REVOKE_AXIS else job.rounds
    return [(round_, number) for round_ in range(rounds) for number in range(len(job.points))]


def _save(context: Context, job: ScaleJob, store: str) -> None:
    layer: Layer = "revoke_all" if job.axis == REVOKE_AXIS else "hot"
    for round_, number in _places(job):
        path = job.path(round_, number)
        result = msgspec.json.decode(Path(f"{path}.json").read_bytes(), type=ScaleResult)
        with np.load(f"{path}.npz", allow_pickle=False) as archive:
            arrays = {array: archive[array] for array in archive.files}
        cell = Cell(
            id=context.next_id("scale", layer, round_, job.scheme),
            measure="scale",
            layer=layer,
            arm=job.scheme,
            block=round_,
            conditions=job.points[number].conditions,
            labels=_labels(context, job, job.points[number], store),
            figures=result.figures,
            gates=[gates.expected_answers(result.correct, result.of, {})],
            started_at=result.started_at,
        )
        context.keep(cell, arrays)


def _labels(context: Context, job: ScaleJob, point: Point, store: str) -> dict[str, str]:
    labels = {
        "axis": job.axis,
        "placement": "on the core of the store" if context.placement.server else "anywhere",
    }
    if job.axis != REVOKE_AXIS:
        labels |= {"role": point.role, "garbage_collector": "frozen and off while timed"}
    if store == "redis":
        labels["append_only"] = SETTINGS["appendonly"]
    return labels
