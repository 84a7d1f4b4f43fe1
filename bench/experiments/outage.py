"""Outages: what becomes of the valid and of the revoked while a store or a node is in trouble.

The schemes that share some nodes meet a fault together, since it is their store's, and all of
them are watched from before it begins until it is mended. The stores are this experiment's own:
nothing else of the run sees a fault. docs/outages.md explains the faults.
"""

from __future__ import annotations

import contextlib
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..caller import Refused
from ..context import mount_of
from ..nodes import Nodes, start_nodes
from ..outage.cast import Member, Role
from ..outage.cells import Course, idle_cell, outage_cell
from ..outage.course import undergo
from ..outage.faults import FAULTS, Fault, applies
from ..outage.stores import Stores
from ..processes.children import BenchError
from ..records import Cell
from ..revocation.revokes import once_each

if TYPE_CHECKING:
    from ..context import Context

NODES = 2
ACCESS_S = 300.0
"""Longer than any fault: what is refused here was refused for another reason than its age."""
TOGETHER = 8
"""Schemes on the same nodes."""


def run(context: Context) -> None:
    """Put every scheme that keeps callers apart through every fault of the plan."""
    plan = context.plan
    schemes = {scheme.name: scheme for scheme in context.schemes}
    members = [Member(arm.name, schemes[arm.scheme]) for arm in once_each(context.arms)]
    faults = [FAULTS[name] for name in plan.outage_faults]
    groups = [members[at : at + TOGETHER] for at in range(0, len(members), TOGETHER)]
    mounts = {arm.name: mount_of(arm) for arm in context.arms}
    done, total = 0, plan.outage_rounds * len(groups) * len(faults)
    with (
        tempfile.TemporaryDirectory(prefix="outage-", dir=context.services.folder) as folder,
        Stores({member.home for member in members}, Path(folder), context.placement.server) as own,
    ):
        for round_number in range(plan.outage_rounds):
            for number, group in enumerate(groups):
                draw = random.Random(repr(context.seed_for("outage", round_number, number)))
                draw.shuffle(faults)
                served = [mounts[member.arm] for member in group]
                site = Site(served, own, Path(folder), context.placement.server)
                with contextlib.closing(site):
                    for fault in faults:
                        context.progress.advance(done / total, fault.name)
                        part = ("outage", round_number, number, fault.name)
                        if not context.is_done(*part):
                            _save(context, round_number, fault, group, site)
                            context.finish(*part)
                        done += 1


@dataclass
class Site:
    """Nodes that serve some schemes, and that are replaced if they do not recover."""

    mounts: Sequence[str]
    stores: Stores
    folder: Path
    cores: Sequence[int]
    _nodes: Nodes | None = None

    def nodes(self) -> Nodes:
        """The nodes, started if there are none."""
        if self._nodes is None:
            self._nodes = start_nodes(
                NODES,
                self.mounts,
                store_urls=self.stores.urls,
                keys_file=self.folder / "keys.json",
                folder=self.folder,
                access_s=ACCESS_S,
                timing=False,
                cores=self.cores,
            )
        return self._nodes

    def close(self) -> None:
        """Stop them; the next to ask gets new ones."""
        if self._nodes is not None:
            self._nodes.close()
            self._nodes = None


def measure(
    fault: Fault, members: Sequence[Member], site: Site, interval_ns: int
) -> tuple[list[Role], Course]:
    """What was seen of *members* under *fault*; raises `BenchError` if nobody can log in."""
    try:
        return undergo(fault, members, site.nodes(), site.stores, interval_ns)
    except (Refused, OSError):
        # The fault before left nodes that did not recover by themselves: its cell says so.
        site.close()
    try:
        return undergo(fault, members, site.nodes(), site.stores, interval_ns)
    except (Refused, OSError) as exc:
        raise BenchError(f"before the fault {fault.name}: {exc}") from exc


def _save(
    context: Context, round_number: int, fault: Fault, group: Sequence[Member], site: Site
) -> None:
    hit = [member for member in group if applies(fault, member.home)]
    interval_ns = int(context.plan.outage_interval_ms * 1e6)
    for together in [[member] for member in hit] if fault.crowd else [hit] if hit else []:
        roles, course = measure(fault, together, site, interval_ns)
        for role in roles:
            cell = _template(context, role.member, round_number, len(role.posts))
            context.keep(*outage_cell(cell, role, course))
    for member in group:
        if member not in hit:
            cell = _template(context, member, round_number, 0)
            context.keep(idle_cell(cell, member.store, fault.name))


def _template(context: Context, member: Member, round_number: int, nodes: int) -> Cell:
    return Cell(
        id=context.next_id("outage", "", round_number, member.arm),
        measure="outage",
        arm=member.arm,
        block=round_number,
        conditions={"nodes": float(nodes)} if nodes else {},
        started_at=time.time(),
    )
