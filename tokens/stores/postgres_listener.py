"""Hears of denials from PostgreSQL, by LISTEN and NOTIFY."""

from __future__ import annotations

import time
from hashlib import sha256

from psycopg import OperationalError

from .postgres_connection import TIMEOUT_S, Connection, rows


class PostgresListener(Connection):
    """A connection that is told the number of each denial as it is committed; see `Listener`."""

    def __init__(self, conninfo: str, schema: str) -> None:
        super().__init__(conninfo, schema)
        self.script(f"LISTEN {channel(schema)}")
        self._heard = self._newest()

    def wait(self, timeout_s: float) -> bool:
        until = time.monotonic() + timeout_s
        while not self._told():
            left_s = until - time.monotonic()
            if left_s <= 0 or not self._poll.poll(left_s * 1000):
                return False
            try:
                self._libpq.consume_input()
            except OperationalError:
                self.close()
                raise
        return True

    def confirm(self) -> bool:
        # The committed rows themselves are asked: a number is visible before its denial is
        # acknowledged, and none is given twice.
        self.deadline = time.monotonic() + TIMEOUT_S
        newest = self._newest()
        told = self._told()
        missed, self._heard = newest > self._heard, max(newest, self._heard)
        return told or missed

    def _newest(self) -> int:
        newest = "SELECT coalesce(max(sequence), 0) FROM denials"
        [(sequence,)] = rows(self.run(newest))
        return int.from_bytes(sequence or b"")

    def _told(self) -> bool:
        """Whether there is news among what has been received."""
        before = self._heard
        while notice := self._libpq.notifies():
            self._heard = max(self._heard, int(notice.extra))
        return self._heard > before


def channel(schema: str) -> str:
    """What denials in *schema* are announced on: a plain identifier of bounded length."""
    return f"denials_{sha256(schema.encode()).hexdigest()[:32]}"
