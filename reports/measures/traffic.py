"""What the bytes add up to, for a traffic that is stated: requests a second, days, logins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..loading import Recording
from ..rows import Row, row

GB = 1e9
SECONDS_A_DAY = 86_400
PER_LOGIN = 1_000
"""Requests for each login; an answer to a login carries the credential."""


@dataclass(frozen=True)
class Profile:
    """A traffic to add bytes up for."""

    requests_per_s: float = 100.0
    days: float = 30.0

    @property
    def requests(self) -> float:
        """All of them."""
        return self.requests_per_s * self.days * SECONDS_A_DAY

    def __str__(self) -> str:
        """Say it in words."""
        return (
            f"{self.requests_per_s:,g} requests a second for {self.days:g} days, "
            f"a login every {PER_LOGIN:,} requests"
        )


def rows(recording: Recording, profile: Profile, sizes: Sequence[Row]) -> list[Row]:
    """Return the traffic of every scheme over `control`; *sizes* are the payload rows."""
    control = {
        metric: _least(sizes, metric, recording.control)
        for metric in ("response_bytes", "response_bytes_login")
    }
    run, found = recording.run.name, []
    for scheme in dict.fromkeys(one.scheme for one in sizes):
        request = _least(sizes, "request_bytes", scheme)
        if request is None or recording.arm(scheme).mechanism == "control":
            continue
        noted = {
            "requests_per_s": profile.requests_per_s,
            "days": profile.days,
        }
        up = profile.requests * request.value / GB
        found.append(row(run, "payload", scheme, "traffic_up_gb", up, None, **noted))
        answers = [_over(_least(sizes, metric, scheme), base) for metric, base in control.items()]
        if answers[0] is not None and answers[1] is not None:
            each = answers[0] + (answers[1] - answers[0]) / PER_LOGIN
            down = profile.requests * each / GB
            found.append(row(run, "payload", scheme, "traffic_down_gb", down, None, **noted))
    return found


def _over(one: Row | None, base: Row | None) -> float | None:
    return None if one is None or base is None else one.value - base.value


def _least(sizes: Sequence[Row], metric: str, scheme: str) -> Row | None:
    """Return the row at the fewest claims."""
    mine = [one for one in sizes if one.metric == metric and one.scheme == scheme]
    return min(mine, key=lambda one: one.claims or 0, default=None)
