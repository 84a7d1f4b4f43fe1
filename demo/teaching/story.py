"""The story of the wire page: the same five requests under a session and under a token."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextvars import Context
from dataclasses import dataclass
from functools import partial
from time import perf_counter_ns
from typing import Any

from ..auth import Scheme
from ..builtin.teaching import Choice, watched_session, watched_token
from ..contract.visitor import Answer, Send, Visitor, over_wsgi
from .recording import Call, Recorder, record_events
from .rows import Row, rows_of


@dataclass(frozen=True)
class Step:
    """One logical request: what the client wants, whatever carries its credential."""

    title: str
    method: str
    path: str
    fields: dict[str, Any] | None
    story: str


STEPS: Sequence[Step] = (
    Step(
        "Log in",
        "POST",
        "/login",
        {"username": "alice", "password": "alice-password"},
        "Alice gives her name and password, once. The server checks them and gives her browser "
        "something to show from now on, like the numbered ticket of a cloakroom: a credential. It "
        "comes in a cookie, a short note that the browser keeps and shows the server by itself.",
    ),
    Step(
        "Ask again",
        "GET",
        "/me",
        None,
        "HTTP forgets: to the server this request is a stranger's. The browser attaches the "
        "credential by itself, and from that alone the server must find out that it is Alice.",
    ),
    Step(
        "Put tea in the cart",
        "POST",
        "/cart",
        {"item": "tea", "quantity": 2},
        "Something has to be remembered. A session writes it into the server's store; a token "
        "carries it, so that the browser is given a new and longer one.",
    ),
    Step(
        "Log out",
        "POST",
        "/logout",
        {},
        "The browser is told to forget the credential. What the server can do about a copy that "
        "somebody has made is where the two differ.",
    ),
    Step(
        "A copy, after the logout",
        "GET",
        "/me",
        None,
        "Somebody copied the credential before the logout, and sends it now. A session is gone "
        "from the store. A token is as good as before, unless the server keeps a list.",
    ),
)


@dataclass(frozen=True)
class Sent:
    """A request as it was sent."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class Exchange:
    """One request, its answer, and what the server did in between."""

    sent: Sent
    answer: Answer
    calls: tuple[Call, ...]
    events: tuple[str, ...]
    total_ns: int
    at: float
    before: tuple[Row, ...]
    after: tuple[Row, ...]
    credential: str | None
    """What the request carried; of the demonstration alone, and dead by the time it is shown."""
    verified: str | None
    """The token whose signature this request found good."""


@dataclass(frozen=True)
class Side:
    """The story under one scheme."""

    scheme: Scheme
    exchanges: tuple[Exchange, ...]


def tell(choice: Choice) -> tuple[Side, Side]:
    """Perform the story under a session and under the token of *choice*, and give the record."""
    recorder = Recorder(), Recorder()
    session = watched_session(recorder[0])
    token = watched_token(choice, recorder[1])
    # Contexts of their own: nothing of the request that asks for the page reaches these apps,
    # nor do their audit events reach its monitor.
    return (
        Context().run(_perform, session, recorder[0]),
        Context().run(_perform, token, recorder[1]),
    )


def _perform(scheme: Scheme, recorder: Recorder) -> Side:
    # Only now: the app registers the pages that this is for.
    from ..app import create_app

    record_events(recorder)
    app = create_app(scheme, node="node-1", accounts=recorder.accounts())
    taken: list[tuple[Sent, Answer, int]] = []
    visitor = Visitor(partial(_send, over_wsgi(app), taken), agent="Browser/1")
    # Once beforehand, and forgotten: what a first request costs is not what a login costs.
    _play(visitor.copy(), recorder, taken)
    recorder.keys.clear()
    return Side(scheme, _play(visitor, recorder, taken))


def _play(
    visitor: Visitor, recorder: Recorder, taken: list[tuple[Sent, Answer, int]]
) -> tuple[Exchange, ...]:
    exchanges: list[Exchange] = []
    copy = visitor
    for step in STEPS:
        if step.path == "/logout":
            copy = visitor.copy()
        who = copy if step is STEPS[-1] else visitor
        held, before = who.holds(), rows_of(recorder)
        who.request(step.method, step.path, step.fields)
        sent, answer, total_ns = taken[-1]
        calls, events, verified = recorder.take()
        now, after = time.time(), rows_of(recorder)
        exchanges.append(
            Exchange(sent, answer, calls, events, total_ns, now, before, after, held, verified)
        )
    return tuple(exchanges)


def _send(
    inner: Send,
    taken: list[tuple[Sent, Answer, int]],
    method: str,
    path: str,
    headers: Any,
    body: bytes,
) -> Answer:
    sent = {"Host": "127.0.0.1:8000", **headers}
    if body:
        sent["Content-Length"] = str(len(body))
    started = perf_counter_ns()
    answer = inner(method, path, sent, body)
    took = perf_counter_ns() - started
    taken.append((Sent(method, path, tuple(sent.items()), body), answer, took))
    return answer
