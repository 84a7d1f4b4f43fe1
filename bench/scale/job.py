"""What one process of the scale experiment measures, and what comes back of it."""

from __future__ import annotations

import msgspec

VERIFY_AXES = ("store_rtt", "population", "denied", "claims")
REVOKE_AXIS = "subject_sessions"


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One scheme under one set of conditions."""

    conditions: dict[str, float]
    """The full point, as it will stand in the record."""
    place: int = 0
    """Which of the stores it has for itself; points that share one are filled together."""
    calls: int
    role: str = "fit"
    """`fit` or `held-out`: whether a cost model may learn from it, or is tested on it."""


class ScaleJob(msgspec.Struct, frozen=True, kw_only=True):
    """Points of one scheme along one axis, filled once and measured in several rounds."""

    scheme: str
    axis: str
    keys_file: str
    points: list[Point]
    store_urls: list[list[str]]
    """By place."""
    far_urls: dict[str, list[str]] = {}
    """By round trip in milliseconds, as a text: the stores of place 0, so far away."""
    rounds: int
    seed: list[int]
    result: str
    """Where the results go: `<result>-<round>-<point>` with `.npz` and `.json`."""

    def urls(self, point: Point) -> list[str]:
        """Where the scheme finds its stores at *point*."""
        far = self.far_urls.get(f"{point.conditions['store_rtt_ms']:g}")
        return far or self.store_urls[point.place]

    def path(self, round_: int, point: int) -> str:
        """Where the result of one point goes, without its ending."""
        return f"{self.result}-{round_}-{point}"


class ScaleResult(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted at one point; the times are in the arrays."""

    correct: int
    of: int
    started_at: float
    figures: dict[str, float]
