"""`python -m bench.proxy`: stand between an app and its store, and make it as far away as asked."""

from __future__ import annotations

import gc
from urllib.parse import urlsplit

import click

from .relay import Address, Relay


@click.command()
@click.option("--to", "upstream", required=True, help="HOST:PORT of the store, or its socket.")
@click.option(
    "--round-trip-us",
    type=click.FloatRange(min=0),
    required=True,
    help="Microseconds added to a round trip, half of them in each direction.",
)
def main(upstream: str, round_trip_us: float) -> None:
    """Relay connections to a store, and delay what they carry; ends with a signal."""
    relay = Relay(address_of(upstream), round(round_trip_us * 500))
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
