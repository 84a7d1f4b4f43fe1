"""Hears of denials from PostgreSQL, by LISTEN and NOTIFY."""

from __future__ import annotations

import time
from hashlib import sha256

from .postgres_connection import TIMEOUT_S, Connection, rows


class PostgresListener(Connection):
    """A connection that is told the number of each denial as it is committed; see `Listener`.

    Hears nothing behind a pooler, whose next transaction may be on another connection.
    """

    def __init__(self, conninfo: str, schema: str) -> None:
        super().__init__(conninfo, schema)
        self._heard = 0
        if not self.is_pooled:
            self.script(f"LISTEN {channel(schema)}")
            self._heard = self._newest()

    def wait(self, timeout_s: float) -> bool:
        until = time.monotonic() + timeout_s
        try:
            while not self._told():
                left_s = until - time.monotonic()
                if left_s <= 0 or not self._poll.poll(left_s * 1000):
                    return False
                self._hear()
        except BaseException:
            # What was heard meanwhile may be lost: a new listener starts by catching up.
            self.close()
            raise
        return True

    def confirm(self) -> bool:
        # The committed rows themselves are asked: a number is visible before its denial is
        # acknowledged, and none is given twice.
        self.deadline = time.monotonic() + TIMEOUT_S
        try:
            newest = self._newest()
            told = self._told()
            missed, self._heard = newest > self._heard, max(newest, self._heard)
        except BaseException:
            self.close()
            raise
        return told or missed

    def _newest(self) -> int:
        newest = "SELECT coalesce(max(sequence), 0) FROM {schema}.denials"
        [(sequence,)] = rows(self.run(newest))
        return int.from_bytes(sequence or b"")

    def _told(self) -> bool:
        """Return whether there is news among what has been received."""
        before = self._heard
        while notice := self._libpq.notifies():
            self._heard = max(self._heard, int(notice.extra))
        return self._heard > before


def channel(schema: str) -> str:
    """Return what denials in *schema* are announced on: a plain identifier of bounded length."""
    return f"denials_{sha256(schema.encode()).hexdigest()[:32]}"
