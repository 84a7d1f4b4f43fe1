"""Clears away what has expired, for stores that do not do so by themselves."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping

from .auth import Scheme, Settings
from .schemes import build_mount

EVERY_S = 60.0
BATCHES = 10
"""At most so many at a time: whoever comes to a full house must not wait for it to be empty."""

logger = logging.getLogger("demo.housekeeping")


def keep_house(schemes: Mapping[str, Scheme], every_s: float = EVERY_S) -> Callable[[], None]:
    """Reap every scheme now and then, in a thread that ends with the process.

    What is returned ends it sooner, and waits for that: before a scheme is closed.
    """
    done = threading.Event()

    def run() -> None:
        while not done.wait(every_s):
            for alias, scheme in schemes.items():
                reap(alias, scheme)

    thread = threading.Thread(target=run, name="housekeeping", daemon=True)
    thread.start()

    def stop() -> None:
        done.set()
        thread.join()

    return stop


def clear_away(
    mounts: Mapping[str, str], settings: Settings, *, site: bool = False
) -> Iterator[tuple[str, int]]:
    """
    Clear away everything that has expired, and yield each alias with how much that was.

    *mounts* are names of schemes by alias. Raises ValueError, with the remedy, for a scheme that
    cannot be built from *settings* or whose store does not answer.
    """
    for alias, name in mounts.items():
        scheme = build_mount(alias, name, settings, site=site)
        outages = scheme.mechanism.outages if scheme.mechanism else ()
        gone = 0
        try:
            while batch := scheme.reap():
                gone += batch
        except outages as exc:
            raise ValueError(
                f"the store of {alias} does not answer: {exc}; start it first"
            ) from exc
        finally:
            scheme.close()
        yield alias, gone


def reap(alias: str, scheme: Scheme) -> int:
    """Clear away what has expired under *scheme*, in bounded batches, and say how much."""
    outages = scheme.mechanism.outages if scheme.mechanism else ()
    gone = 0
    try:
        for _ in range(BATCHES):
            batch = scheme.reap()
            gone += batch
            if not batch:
                break
    except outages as exc:
        # The next round will do: what has expired is refused whether it is there or not.
        logger.warning("the store of %s does not answer: %s", alias, exc)
    return gone
