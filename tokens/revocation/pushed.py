"""Pushed: a snapshot that is told when something is new, and need not wait for its next look."""

from __future__ import annotations

from typing import Any

from ..door import check_parts, check_seconds
from ..stores.base import Listener, TokenStore
from .snapshot import Snapshot

RETRY_S = 0.2


class Pushed(Snapshot):
    """Strength Within(beat + fetch), in practice a few milliseconds; no store call on `verify`.

    The store tells that something was denied; what it was is read from the order of denials, so
    a message that is lost, doubled or late is harmless, and a new line begins by catching up.
    Silence proves nothing: every *beat_s* the store must confirm, on the same line, that it has
    told all. Without that this node is out of touch after the bound, and asks or refuses.
    """

    def __init__(
        self, store: TokenStore, issuer: str, *, beat_s: float = 0.5, **options: Any
    ) -> None:
        check_parts(store, TokenStore, "store", "as RedisStore(client) makes one")
        check_seconds(beat_s, "beat_s")
        self._require(store)
        super().__init__(store, issuer, poll_s=beat_s, **options)

    def _run(self) -> None:
        line: Listener | None = None
        heard = True
        while not self._stopping.is_set():
            began = self._monotonic()
            try:
                if line is None:
                    # Listen first, then catch up: what comes in between is told, or found.
                    line, heard = self._store.listen(), True
                if heard or line is None or line.confirm():
                    with self._looking:
                        self._catch_up()
                self._vouch(began)
                # Without a line, as behind a pooler, each beat looks: the bound is the same.
                if line is None:
                    self._stopping.wait(self._poll_s)
                else:
                    heard = line.wait(self._poll_s)
            except self._store.outages:
                self._note(False)
                if line is not None:
                    line.close()
                line = None
                self._stopping.wait(RETRY_S)
        if line is not None:
            line.close()

    @staticmethod
    def _require(store: TokenStore) -> None:
        try:
            line = store.listen()
        except store.outages:
            return  # a node may start before its store: it is out of touch until then
        if line is None:
            raise ValueError("this store pushes nothing: use Snapshot, which polls it")
        line.close()
