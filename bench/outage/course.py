"""One fault from before it begins until it is over, with everybody watched all the time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack

import psutil

from ..nodes import Node, Nodes
from ..revocation.watching import Post, Watch, settled
from .cast import CREDENTIALS, REVOKED, VALID, Member, Role, revoke, take_part
from .cells import Course
from .faults import Fault
from .stores import Stores

SETTLE_LIMIT_S = 4.0
SETTLE_ANSWERS = 6
BEFORE_S = 0.2
DURING_S = 1.0
WAITING_S = 3.4
"""Twice as long as callers wait for a store, and a little: each line has two answers."""
TAIL_S = 1.5
"""Watched on, once the fault is mended."""
CROWD_INTERVAL_NS = 500_000_000
"""Between two requests of each caller in a crowd."""
IDLE_S = 0.3
"""Nobody asks any more, before open files are counted."""
_POLL_S = 0.02


def seconds_of(fault: Fault, members: Sequence[Member]) -> float:
    """How long *fault* lasts: longer than the oldest answer that a node still trusts."""
    trusted_s = max((m.scheme.bound_s for m in members if m.scheme.strength == "within"), default=0)
    return (WAITING_S if fault.waits else DURING_S) + trusted_s


def undergo(
    fault: Fault, members: Sequence[Member], nodes: Nodes, stores: Stores, interval_ns: int
) -> tuple[list[Role], Course]:
    """
    Put *members* through *fault*, and give what was seen of each.

    Raises `Refused` if nobody can log in.
    """
    roles = [take_part(member, list(nodes), fault.crowd) for member in members]
    files = [open_files(nodes[0])] if fault.crowd else []
    if not fault.kills_node:
        revoke(roles, nodes[0])
    posts = [post for role in roles for post in (*role.posts, role.public)]
    with Watch(posts, interval_ns), ExitStack() as crowd:
        unsettled = _settle(roles, revoked=not fault.kills_node)
        if callers := [post for role in roles for post in role.crowd]:
            crowd.enter_context(Watch(callers, CROWD_INTERVAL_NS))
        _wait(BEFORE_S)
        if fault.kills_node:
            revoke(roles, nodes[0])
            nodes.kill(nodes[0])
        fault.begin(stores)
        begin_ns = time.perf_counter_ns()
        _wait(seconds_of(fault, members))
        end_ns = time.perf_counter_ns()
        # Not in a `finally`: who is interrupted here wants the stores stopped, not mended.
        fault.end(stores)
        if fault.kills_node:
            nodes.restart(nodes[0])
        crowd.close()
        _wait(TAIL_S)
    if fault.crowd:
        _wait(IDLE_S)
        files.append(open_files(nodes[0]))
    return roles, Course(fault.name, begin_ns, end_ns, unsettled, tuple(files))


def open_files(node: Node) -> int:
    """How many files and connections the processes of *node* have open; 0 if it has ended."""
    try:
        process = psutil.Process(node.pid)
        return sum(each.num_fds() for each in (process, *process.children(recursive=True)))
    except psutil.NoSuchProcess:
        return 0


def _settle(roles: Sequence[Role], *, revoked: bool) -> frozenset[str]:
    """Wait until everybody answers as they should, and say which arms did not in time."""
    longest_s = max((role.member.scheme.bound_s for role in roles if _waits(role)), default=0.0)
    deadline = time.monotonic() + SETTLE_LIMIT_S + longest_s
    while True:
        late = [post for role in roles for post in _unsettled(role, revoked)]
        if not late or time.monotonic() > deadline:
            return frozenset(post.arm for post in late)
        _wait(_POLL_S)


def _unsettled(role: Role, revoked: bool) -> list[Post]:
    refused = revoked and role.member.refuses
    accepted = [kind == VALID or (kind == REVOKED and not refused) for kind in CREDENTIALS]
    return settled(role.posts, accepted, SETTLE_ANSWERS)


def _waits(role: Role) -> bool:
    return role.member.scheme.strength == "within"


def _wait(seconds: float) -> None:
    time.sleep(seconds)
