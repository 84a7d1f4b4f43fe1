"""Who takes part in an outage: valid credentials and revoked ones of every scheme, at its nodes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from demo.auth import Scheme

from ..caller import Caller, Refused
from ..nodes import Node
from ..payload.wire import Connection, build_request
from ..revocation.watching import Post, Watched

VALID, REVOKED, PUBLIC = 0, 1, 2
"""What is asked with: a valid credential, a revoked one, or none, of a page that needs none."""
CREDENTIALS = (VALID, REVOKED, VALID, REVOKED)
"""Of each scheme, in the order in which they are used."""
SUBJECTS = ("alice", "bob")
PATIENCE_S = 5.0
_RETRY_S = 0.1

KINDS = ("memory", "sqlite", "redis", "postgres")
"""Of stores that an outage can happen to; any other is out of reach, as process memory is."""


@dataclass(frozen=True)
class Member:
    """One arm that a fault happens to."""

    arm: str
    scheme: Scheme

    @property
    def home(self) -> str:
        """The kind of store that its state is in."""
        return self.scheme.store if self.scheme.store in KINDS else "memory"

    @property
    def store(self) -> str:
        """The kind of store that a request asks; `none` where a logout leaves no trace at all."""
        return "none" if self.scheme.strength == "at-expiry" else self.home

    @property
    def refuses(self) -> bool:
        """Whether it refuses what was revoked before that expires."""
        return self.scheme.strength != "at-expiry"

    def served_by(self, nodes: Sequence[Node]) -> list[Node]:
        """The nodes that can serve it together: one, if its state is in process memory."""
        return list(nodes) if self.scheme.shared else list(nodes[:1])


@dataclass
class Role:
    """One arm's credentials, and where they are used."""

    member: Member
    posts: list[Post]
    logouts: list[bytes]
    """The whole requests that revoke those to be revoked."""
    tampered: int
    """The status of a tampered credential."""
    public: Post
    """Asks for a page that needs no credential and no store."""
    crowd: list[Post]
    """More callers of the first node."""


def take_part(member: Member, nodes: Sequence[Node], crowd: int = 0) -> Role:
    """Log in, with *crowd* more callers of the first node.

    Raises `Refused` if the app does not let them in within a few seconds.
    """
    at = member.served_by(nodes)
    credentials: list[Watched] = []
    logouts: list[bytes] = []
    tampered = 0
    for number, kind in enumerate(CREDENTIALS):
        node = at[number % len(at)]
        with Connection(node.host, node.port) as connection:
            caller = Caller(connection, node.base(member.arm))
            subject = SUBJECTS[kind]
            _patiently(partial(caller.login, subject))
            credentials.append(Watched(caller.raw("GET", "/me"), subject))
            if kind == REVOKED:
                logouts.append(caller.raw("POST", "/logout"))
            if number == 0:
                tampered = caller.tampered().me().status
    posts = [
        Post(member.arm, number, (node.host, node.port), credentials)
        for number, node in enumerate(at)
    ]
    first = nodes[0]
    asked = Watched(build_request("GET", f"{first.base(member.arm)}/public"), "")
    public = Post(member.arm, 0, (first.host, first.port), [asked])
    more = [Post(member.arm, 0, posts[0].address, credentials) for _ in range(crowd)]
    return Role(member, posts, logouts, tampered, public, more)


def revoke(roles: Sequence[Role], node: Node) -> None:
    """Revoke through *node* what is to be revoked; raises `Refused` if it will not for seconds."""
    with Connection(node.host, node.port) as connection:
        for role in roles:
            for logout in role.logouts:
                _patiently(partial(_log_out, connection, role.member.arm, logout))


def _log_out(connection: Connection, arm: str, logout: bytes) -> None:
    answer = connection.exchange(logout)
    if answer.status != 200:
        raise Refused(f"{arm}: a logout gave {answer.status}")


def _patiently(act: Callable[[], object]) -> None:
    """
    Do *act*, again and again for a while: the fault before may not be quite over.

    Of a store that was restarted each thread of a node has a dead connection, and the first write
    over it is answered 503.
    """
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            act()
        except (Refused, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_S)
        else:
            return
