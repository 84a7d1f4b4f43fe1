"""Stores farther away, by relays that stay for the whole experiment; each is in the record."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from .. import gates
from ..context import CONTROL
from ..proxy.distance import Distance, farther, is_networked, is_redis, measure
from ..records import Cell

if TYPE_CHECKING:
    from ..context import Context


class Distances:
    """Relays by the store they stand before and the round trip they add."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[tuple[str, float], Distance] = {}
        self._stack = contextlib.ExitStack()

    def away(
        self, urls: Sequence[str], store: str, rtts_ms: Sequence[float]
    ) -> dict[str, list[str]]:
        """*urls* with the one of *store* so far away, by the round trip as a text."""
        url = next(u for u in urls if is_networked(u) and is_redis(u) == (store != "postgres"))
        found = {}
        for rtt_ms in (0.0, *rtts_ms) if rtts_ms else ():
            if (url, rtt_ms) not in self._known:
                self._known[url, rtt_ms] = self._begin(url, rtt_ms)
                self._save(self._known[url, rtt_ms], store, rtt_ms)
            if rtt_ms:
                there = self._known[url, rtt_ms].url
                found[f"{rtt_ms:g}"] = [there if each == url else each for each in urls]
        return found

    def _begin(self, url: str, rtt_ms: float) -> Distance:
        placement = self._context.placement
        if rtt_ms == 0:
            # Where it is: nothing stands between, and that is measured the same way.
            return measure(url, url, placement.server)
        folder = self._context.services.folder
        return self._stack.enter_context(farther(url, rtt_ms, folder, placement))

    def _save(self, distance: Distance, store: str, rtt_ms: float) -> None:
        cell = Cell(
            id=self._context.next_id("calibration", "proxy", 0, CONTROL),
            measure="calibration",
            layer="proxy",
            arm=CONTROL,
            conditions={"store_rtt_ms": rtt_ms},
            labels={"store": store},
            figures={
                "proxy_rtt_us_p50": distance.proxy_rtt_us,
                "direct_rtt_us_p50": distance.direct_rtt_us,
                "proxy_added_us_p50": distance.added_us,
            },
            gates=[gates.proxy_distance(distance.added_us, rtt_ms * 1000)],
            started_at=time.time(),
        )
        self._context.keep(cell)

    def __enter__(self) -> Distances:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._stack.close()
