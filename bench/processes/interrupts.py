"""Ctrl-C and its kin: the first one ends the run in good order, a second one changes nothing."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """Somebody asked the run to stop; like KeyboardInterrupt, no `except Exception` takes it."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.number = number

    @property
    def exit_code(self) -> int:
        """What a shell expects of a program that a signal ended."""
        return 128 + self.number


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """
    Raise `Interrupted` in the block at the first signal, and ignore those that follow.

    While one is handled the children are being stopped, which a second must not cut short. A signal
    that is ignored stays so: that is how nohup and a shell's background jobs ask for it (POSIX).
    """
    before = {each: signal.getsignal(each) for each in SIGNALS}
    heeded = [each for each in SIGNALS if before[each] is not signal.SIG_IGN]

    def stop(number: int, _frame: FrameType | None) -> None:
        for each in heeded:
            signal.signal(each, signal.SIG_IGN)
        raise Interrupted(number)

    for each in heeded:
        signal.signal(each, stop)
    try:
        yield
    finally:
        for each in heeded:
            signal.signal(each, before[each])
