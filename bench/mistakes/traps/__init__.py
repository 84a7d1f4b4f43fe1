"""The traps, one file each, in the order in which docs/mistakes.md tells them."""

from __future__ import annotations

from collections.abc import Callable

from ..shown import Shown
from ..stage import Stage
from . import closed_loop, phase_lock, rounding, saturation, unchecked

TRAPS: dict[str, Callable[[Stage], Shown]] = {
    closed_loop.NAME: closed_loop.show,
    phase_lock.NAME: phase_lock.show,
    rounding.NAME: rounding.show,
    unchecked.NAME: unchecked.show,
    saturation.NAME: saturation.show,
}
