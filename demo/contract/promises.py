"""What every set of promises needs: a scheme, and clients of one app under it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ..app import create_app
from ..auth import Scheme
from .visitor import Answer, Visitor, over_wsgi

NewVisitor = Callable[..., Visitor]


class Promises:
    """The fixtures that a subclass replaces."""

    @pytest.fixture
    def scheme(self) -> Scheme:
        """Return the scheme under test, new for each test."""
        raise NotImplementedError

    @pytest.fixture
    def visitor(self, scheme: Scheme) -> Iterator[NewVisitor]:
        """Return new clients of one app under the scheme: replace it to test a running server."""
        send = over_wsgi(create_app(scheme, node="contract"))
        yield lambda agent="visitor": Visitor(send, agent=agent)
        scheme.close()


def told(answer: Answer) -> tuple[int, str | None, bytes]:
    """Return what an answer tells an attacker."""
    return answer.status, answer.header("WWW-Authenticate"), answer.body


def flip_first(held: str) -> str:
    """Return *held* with another first character."""
    return ("B" if held.startswith("A") else "A") + held[1:]


def flip_last(held: str) -> str:
    """Return *held* with another character near its end."""
    # Not the very last character: part of it may be padding that changes nothing.
    return held[:-3] + ("B" if held[-3] == "A" else "A") + held[-2:]
