"""`python -m bench.proxy`: stand between an app and its store, and make it as far away as asked."""

from __future__ import annotations

import ctypes
import gc
import sys
from urllib.parse import urlsplit

import click

from .relay import Address, Relay

PR_SET_TIMERSLACK = 29
"""Of prctl(2): the longest that this thread's timers may be late, in nanoseconds."""


@click.command()
@click.option("--to", "upstream", required=True, help="HOST:PORT of the store, or its socket.")
@click.option(
    "--round-trip-us",
    type=click.FloatRange(min=0),
    required=True,
    help="Microseconds added to a round trip, half of them in each direction.",
)
@click.option(
    "--naps",
    is_flag=True,
    help="Sleep until the next byte is due and do not poll: on a core that others work on.",
)
def main(upstream: str, round_trip_us: float, naps: bool) -> None:
    """Relay connections to a store, and delay what they carry; ends with a signal."""
    relay = Relay(address_of(upstream), round(round_trip_us * 500), naps=naps)
    if naps and sys.platform == "linux":
        # Else the kernel may add 50 us to every sleep, to wake several sleepers at once.
        ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0)
    click.echo(f"proxy: listening on 127.0.0.1:{relay.port}")
    # A collection would delay whatever is under way.
    gc.disable()
    relay.run()


def address_of(text: str) -> Address:
    """A path as it is, `HOST:PORT` as a pair."""
    if text.startswith("/"):
        return text
    parts = urlsplit(f"//{text}")
    if not parts.hostname or not parts.port:
        raise click.BadParameter(f"{text!r} is neither HOST:PORT nor the path of a socket")
    return parts.hostname, parts.port


if __name__ == "__main__":
    main(prog_name="python -m bench.proxy")
