"""Following the denials: what the strategies have in common that ask no store on `verify`.

A thread reads, again and again, what was denied since its last look, and keeps it in this
process. How old the answer may be is bounded by construction: a look vouches for all that was
acknowledged before it *began*, for `bound_s` from then on and no longer. A node that is out of
touch for longer does not trust what it knows; it asks the store, or refuses to tell.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from typing import Literal, get_args

from ..claims import Claims
from ..door import check_callable, check_choice, check_name, check_parts, check_seconds
from ..errors import TokenError
from ..events import Event, emit
from ..stores.base import Cursor, TokenStore
from ..strength import Strength, Within
from .base import SPARE_S, Plain

WhenStale = Literal["ask", "refuse"]


class Stale(TokenError):
    """This node is out of touch, and was told not to ask the store instead: an outage."""


class Following(Plain):
    """A strategy that knows denials by heart. Strength Within(`bound_s`).

    *poll_s* is how often it looks, *fetch_s* how long a look may take before the knowledge of
    the one before lapses; the bound is their sum. *when_stale* says what happens then: "ask"
    the store, exact and at the price of a denylist, or "refuse" with `Stale`.

    The thread begins with the object, or again in a forked process with the first `verify` that
    misses it. `close` ends it.
    """

    outages: tuple[type[Exception], ...] = (Stale,)

    def __init__(
        self,
        store: TokenStore,
        issuer: str,
        *,
        poll_s: float = 1.0,
        fetch_s: float = 1.0,
        when_stale: WhenStale = "ask",
        runs: bool = True,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        check_parts(store, TokenStore, "store", "as RedisStore(client) makes one")
        check_name(issuer, "issuer", "give the one text that `iss` is to be")
        check_seconds(poll_s, "poll_s")
        check_seconds(fetch_s, "fetch_s")
        check_choice(when_stale, "when_stale", get_args(WhenStale))
        check_callable(monotonic, "monotonic")
        check_callable(now, "now")
        self.bound_s = poll_s + fetch_s
        self._store = store
        self._issuer = issuer
        self._poll_s = poll_s
        self._when_stale = when_stale
        self._monotonic = monotonic
        self._now = now
        self._prefix = self._name("")
        self._cursor: Cursor | None = None
        self._fresh_until = float("-inf")
        self._in_touch: bool | None = None
        self._runs = runs
        self._start()

    def strength(self, until: float) -> Strength:  # noqa: ARG002 - always the same
        return Within(self.bound_s)

    def is_revoked_afresh(self, claims: Claims) -> bool:
        return self._ask(claims)

    def revoke(self, families: Sequence[str], until: float) -> Strength:
        self._store.deny([self._name(family) for family in families], until + SPARE_S)
        return Within(self.bound_s)

    def revoke_subject(self, subject: str, families: Sequence[str], until: float) -> Strength:  # noqa: ARG002
        return self.revoke(families, until)

    def look(self) -> bool:
        """Learn what was denied since the last look, and say whether the store answered."""
        with self._looking:
            began = self._monotonic()
            try:
                self._catch_up()
            except self._store.outages:
                self._note(False)
                return False
            self._vouch(began)
            return True

    def close(self) -> None:
        self._stopping.set()
        if self._thread is not None and self._thread.is_alive():
            self._thread.join()

    def _learn(self, denials: list[tuple[str, float]]) -> None:
        """Keep the names (without their prefix) that were denied, and until when."""
        raise NotImplementedError

    def _forget(self, now: float) -> None:
        """Let go of what is past."""
        raise NotImplementedError

    def _name(self, family: str) -> str:
        return f"{self._issuer} {family}"

    def _denials(self, claims: Claims) -> list[str]:
        """The names under any of which the store would know that this token is denied."""
        return [self._name(claims.family)]

    def _unsure(self, claims: Claims) -> bool:
        if self._pid != os.getpid() or self._thread is None or not self._thread.is_alive():
            self._start()
        if self._when_stale == "refuse":
            raise Stale(f"what was revoked is not known for more than {self.bound_s:g} seconds")
        return self._ask(claims)

    def _ask(self, claims: Claims) -> bool:
        return any(self._store.is_denied(name) for name in self._denials(claims))

    def _start(self) -> None:
        """Begin to follow; afresh after a fork, which takes neither thread nor held lock along."""
        stopped = getattr(self, "_stopping", None)
        if stopped is not None and stopped.is_set():
            return
        self._pid = os.getpid()
        self._looking = threading.Lock()
        self._stopping = threading.Event()
        self._thread = None
        if self._runs:
            self._thread = threading.Thread(
                target=self._run, name=f"{type(self).__name__} of {self._issuer}", daemon=True
            )
            self._thread.start()

    def _run(self) -> None:
        while not self._stopping.is_set():
            began = self._monotonic()
            self.look()
            self._stopping.wait(max(0.0, self._poll_s - (self._monotonic() - began)))

    def _catch_up(self) -> None:
        more = True
        while more:
            changes = self._store.denied_since(self._cursor)
            own = [
                (name.removeprefix(self._prefix), until)
                for name, until in changes.denials
                if name.startswith(self._prefix)
            ]
            # Nothing that is known is forgotten with the store's data: it lasts until it is past.
            self._learn(own)
            self._cursor, more = changes.cursor, changes.more
        self._forget(self._now())

    def _vouch(self, began: float) -> None:
        self._fresh_until = began + self.bound_s
        self._note(True)

    def _note(self, in_touch: bool) -> None:
        if in_touch is not self._in_touch:
            self._in_touch = in_touch
            emit(Event.IN_TOUCH if in_touch else Event.OUT_OF_TOUCH, issuer=self._issuer)
