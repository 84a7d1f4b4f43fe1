"""The vigil: what was revoked is used on for long, beside everything else, while things go wrong.

One login of each scheme is revoked at the beginning and used at every node until the end. All of
another user's are revoked through a node that is out of order: its clock is a minute slow. More
are revoked while that node stands still for some seconds. Then the same users log in again. Nothing
of it may bring a revoked login back.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from demo.auth import Scheme

from ..caller import Caller, Refused
from ..nodes import Node, Nodes
from ..payload.wire import Connection
from ..records import Cell
from .attempts import WARM_ACCEPTS, Observation
from .cells import Arrays, vigil_cell
from .history import ACCEPT, REJECT, Probe
from .watching import Post, Watch, Watched

CLOCK_S = -60.0
"""How fast the clock of the node out of order is: slow by as much as clocks may differ."""
SUBJECT, OTHER = "alice", "carol"
ENOUGH = 600
"""Uses of a revoked login at each node: one acceptance in 500 is to be seen."""
MOST_PER_S = 1_000
"""Uses a second, of all logins at all nodes, while nothing else is measured."""
LEAST_INTERVAL_S = 0.1
"""Between two uses of a login at a node, while something else is measured."""
OVERTIME_S = 5.0
"""What may be added to the plan's seconds for want of uses."""
SELDOM = 5
"""Logins that the node out of order has to do with are used once in so many intervals."""
BEYOND_S = 0.5
"""The node stands still for the longest bound and so much more."""
WARM_S = 10.0
POLL_S = 0.02


@dataclass(frozen=True)
class Member:
    """One scheme that is watched, and the nodes that serve it together."""

    arm: str
    scheme: Scheme
    nodes: Sequence[Node]

    @property
    def expires(self) -> bool:
        """Whether nothing but expiry ends a login of it."""
        return self.scheme.strength == "at-expiry"


@dataclass
class Login:
    """One login of a scheme, the posts that use it, and what became of it."""

    member: Member
    phase: str
    caller: Caller
    posts: list[Post]
    revoke: bytes
    revoke_at: Node
    subject: str
    invoke_ns: int = 0
    ack_ns: int = 0
    void: str = ""
    figures: dict[str, float] = field(default_factory=dict)

    def end(self) -> None:
        """Have it revoked, and note when."""
        try:
            with Connection(self.revoke_at.host, self.revoke_at.port) as connection:
                self.invoke_ns = time.perf_counter_ns()
                response = connection.exchange(self.revoke)
                self.ack_ns = time.perf_counter_ns()
        except OSError as exc:
            self.void = f"the revocation was not answered: {exc}"
            return
        if response.status != 200:
            self.void = f"the revocation gave {response.status}: {response.title}"

    def seen(self, posts: Sequence[Post]) -> Observation:
        """What those of its posts saw; void unless all of them accepted it until it was revoked."""
        cold = [post for post in posts if not _is_good(post, self.invoke_ns)]
        void = self.void or (f"not accepted by {len(cold)} nodes before" if cold else "")
        probes = [Probe(0, post.node, *probe[2:]) for post in posts for probe in post.probes]
        probes.sort(key=lambda probe: probe.complete_ns)
        return Observation(probes, self.invoke_ns, self.ack_ns, void)


class Vigil:
    """Watches from the beginning of a `with` block; `finish` waits until it has seen enough."""

    def __init__(
        self,
        members: Sequence[Member],
        odd: Nodes,
        seconds: float,
        draw: random.Random,
        longest_s: float,
    ) -> None:
        """*odd* holds the node that is out of order; *longest_s* of a bound is waited for."""
        # The short-lived last: they are to live while the others are made.
        self._members = sorted(members, key=lambda member: member.expires)
        self._odd = odd
        self._seconds = seconds
        self._draw = draw
        bounds = [m.scheme.bound_s for m in members if m.scheme.shared and not m.expires]
        self._patience_s = min(max(bounds, default=0.0), longest_s) + BEYOND_S
        self._started_at = time.time()
        self._logins: list[Login] = []
        self._stopping = threading.Event()
        self._alone = threading.Event()
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._run, name="vigil")
        self._failure: BaseException | None = None

    def __enter__(self) -> Vigil:
        self._thread.start()
        self._begun.wait()  # at first it uses all of them often
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._alone.set()
        self._thread.join()

    def finish(self, tick: Callable[[], None]) -> None:
        """Nothing else is measured any more: wait for the end, with *tick* now and then."""
        self._alone.set()
        while self._thread.is_alive():
            self._thread.join(0.5)
            tick()
        if self._failure is not None:
            raise self._failure

    def cells(self) -> Iterator[tuple[Cell, Arrays]]:
        """Yield what was seen of each scheme, without IDs: a cell a phase."""
        for member in self._members:
            count = len(member.nodes)
            for login in (one for one in self._logins if one.member is member):
                if login.phase != "long":
                    yield self._cell(login, login.phase, login.posts)
                    continue
                yield self._cell(login, "long", login.posts[:count])
                if len(login.posts) > count:
                    yield self._cell(login, "skewed", login.posts[count:])

    def _cell(self, login: Login, phase: str, posts: Sequence[Post]) -> tuple[Cell, Arrays]:
        member, bound_s = login.member, login.member.scheme.bound_s
        if phase == "skewed" and member.expires:
            bound_s -= CLOCK_S  # where the clock alone ends a login, a slow one ends it later
        template = Cell(
            id="",
            measure="revocation",
            arm=member.arm,
            conditions={"nodes": float(len(member.nodes) + (phase != "long"))},
            labels={"phase": phase, "kind": "one" if login.subject == SUBJECT else "all"},
            started_at=self._started_at,
        )
        return vigil_cell(template, bound_s, login.seen(posts), **login.figures)

    def _run(self) -> None:
        try:
            for member in self._members:
                self._logins += self._log_in(member)
            posts = [post for login in self._logins for post in login.posts]
            least_s = sum(1 / post.every for post in posts) / MOST_PER_S
            with Watch(posts, int(least_s * 1e9)) as watch:
                self._warm()
                slow_s = max(LEAST_INTERVAL_S, least_s, self._seconds / ENOUGH)
                watch.pace(int(slow_s * 1e9))
                began = time.monotonic()
                self._trouble()
                self._alone.wait()
                left_s = max(0.0, self._seconds - (time.monotonic() - began))
                interval_s, left_s = _rest(left_s, self._uses_wanted(), least_s, slow_s)
                watch.pace(int(interval_s * 1e9))
                self._stopping.wait(left_s)
        except BaseException as exc:
            self._failure = exc
        finally:
            self._begun.set()

    def _trouble(self) -> None:
        """Revoke, let the odd node stand still while more is revoked, and log in again."""
        first = [login for login in self._logins if login.phase != "paused"]
        first.sort(key=lambda login: not login.member.expires)
        second = [login for login in self._logins if login.phase == "paused"]
        for login in first:
            login.end()
        self._begun.set()
        if self._stopping.wait(self._patience_s):
            return
        if second:
            (node,) = self._odd
            self._odd.pause(node)
            try:
                for login in second:
                    login.end()
                self._stopping.wait(self._patience_s)
            finally:
                self._odd.resume(node)
        if self._stopping.wait(BEYOND_S):
            return
        for member in self._members:
            self._log_in_again([login for login in first if login.member is member])

    def _log_in(self, member: Member) -> Iterator[Login]:
        odd = list(self._odd) if member.scheme.shared else []
        nodes = [*member.nodes, *odd]
        # Where nothing but expiry ends a login, a node that stands still has nothing to miss.
        phases = ["long", *(["skewed"] if odd else [])]
        phases += ["paused"] if odd and not member.expires else []
        for phase in phases:
            at, revoke_at = (self._draw.choice(member.nodes) for _ in range(2))
            # All logins of somebody else are ended at once: it would end the others too.
            subject = OTHER if phase == "skewed" else SUBJECT
            with Connection(at.host, at.port) as connection:
                caller = Caller(connection, at.base(member.arm))
                caller.login(subject)
                revoke = caller.raw("POST", "/logout")
                if subject == OTHER:
                    device = Caller(connection, at.base(member.arm))
                    device.login(subject)
                    revoke = device.raw("POST", "/logout-everywhere")
            watched = [Watched(caller.raw("GET", "/me"), subject)]
            every = 1 if phase == "long" else SELDOM
            posts = [
                Post(member.arm, number, (node.host, node.port), watched, every=every)
                for number, node in enumerate(nodes)
            ]
            revoke_at = odd[0] if phase == "skewed" else revoke_at
            yield Login(member, phase, caller, posts, revoke, revoke_at, subject)

    def _log_in_again(self, logins: Sequence[Login]) -> None:
        """As one who still holds a revoked credential, and as somebody new."""
        member = logins[0].member
        every = [(login.subject, login) for login in logins]
        for subject, held in (*every, *((login.subject, None) for login in logins)):
            node = self._draw.choice(member.nodes)
            began_ns = time.perf_counter_ns()
            with contextlib.suppress(Refused, OSError):
                with Connection(node.host, node.port) as connection:
                    caller = Caller(connection, node.base(member.arm))
                    if held is not None:
                        caller.access_token = held.caller.access_token
                        caller.cookies = dict(held.caller.cookies)
                    caller.login(subject)
                for login in (one for one in logins if one.subject == subject):
                    login.figures.setdefault("relogin_ms", (began_ns - login.ack_ns) / 1e6)

    def _warm(self) -> None:
        """Wait until every node has accepted every login often enough, within limits."""
        posts = [post for login in self._logins for post in login.posts]
        deadline = time.monotonic() + WARM_S
        while not all(map(_is_settled, posts)) and time.monotonic() < deadline:
            if self._stopping.wait(POLL_S):
                return

    def _uses_wanted(self) -> int:
        """How many uses of those watched longest are wanted yet."""
        posts = [
            post
            for login in self._logins
            if login.phase == "long"
            for post in login.posts[: len(login.member.nodes)]
        ]
        return max((ENOUGH - len(post.probes) for post in posts), default=0)


def _rest(left_s: float, wanted: int, least_s: float, slow_s: float) -> tuple[float, float]:
    """Return the interval and the seconds that are left, for *wanted* uses of each login."""
    if wanted <= 0:
        return slow_s, left_s
    interval_s = min(slow_s, max(least_s, left_s / wanted))
    return interval_s, max(left_s, min(wanted * interval_s, left_s + OVERTIME_S))


def _is_good(post: Post, before_ns: int) -> bool:
    """Whether it accepted often enough before an instant, and refused nobody."""
    statuses = [probe.status for probe in post.probes if probe.complete_ns < before_ns]
    return statuses.count(ACCEPT) >= WARM_ACCEPTS and REJECT not in statuses


def _is_settled(post: Post) -> bool:
    """Whether it has accepted often enough, or will not."""
    statuses = [probe.status for probe in list(post.probes)]
    return statuses.count(ACCEPT) >= WARM_ACCEPTS or REJECT in statuses
