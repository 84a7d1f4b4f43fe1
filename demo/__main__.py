"""`python -m demo`: serve the demo app under one scheme, or several side by side."""

from __future__ import annotations

import ipaddress
import re
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click

from .auth import Settings
from .schemes import names
from .serving import CannotServe, Plan, serve

_ALIAS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_DEFAULTS = Settings()
_SECONDS = click.FloatRange(min=0, min_open=True)


@click.command(context_settings={"max_content_width": 100})
@click.option(
    "--scheme",
    "mounts",
    metavar="[ALIAS=]SCHEME",
    multiple=True,
    required=True,
    help="What to serve. Given several times, each is under /s/<alias>/; the alias is the scheme's "
    f"name unless given. One of: {', '.join(names())}.",
)
@click.option("--site", is_flag=True, help="Serve a single scheme under /s/<alias>/ as well.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on; 0 picks a free one.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes that serve.",
)
@click.option(
    "--store-url",
    "store_urls",
    multiple=True,
    envvar="DEMO_STORE_URL",
    help="redis://host:port/db, unix:///path or sqlite:///path. Given several times, each scheme "
    "takes the one of its kind.  [env: DEMO_STORE_URL]",
)
@click.option(
    "--keys-file",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="DEMO_KEYS_FILE",
    help="Signing keys, made on first use; nodes of a deployment share it.  [env: DEMO_KEYS_FILE]",
)
@click.option(
    "--inactivity-s",
    type=_SECONDS,
    default=_DEFAULTS.inactivity.total_seconds(),
    show_default=True,
    help="Seconds without a request after which a login ends.",
)
@click.option(
    "--absolute-s",
    type=_SECONDS,
    default=_DEFAULTS.absolute.total_seconds(),
    show_default=True,
    help="Seconds after which a login ends in any case.",
)
@click.option(
    "--touch-s",
    type=_SECONDS,
    default=_DEFAULTS.touch.total_seconds(),
    show_default=True,
    help="Seconds between two notes of activity in the store.",
)
@click.option(
    "--access-s",
    type=_SECONDS,
    default=_DEFAULTS.access.total_seconds(),
    show_default=True,
    help="Seconds an access token lives.",
)
@click.option("--timing", is_flag=True, help="Say in Server-Timing what each request spent.")
@click.option(
    "--lab",
    is_flag=True,
    help="Let POST /cart take delay_ms, so that races can be watched. Loopback only.",
)
@click.option("--node", default="", help="What X-Node says.  [default: pid-<number>]")
def main(
    mounts: Sequence[str],
    site: bool,
    host: str,
    port: int,
    workers: int,
    store_urls: Sequence[str],
    keys_file: Path | None,
    inactivity_s: float,
    absolute_s: float,
    touch_s: float,
    access_s: float,
    timing: bool,
    lab: bool,
    node: str,
) -> None:
    """Serve the demo app: accounts alice, bob and carol, passwords `<name>-password`."""
    if not _is_loopback(host):
        if lab:
            raise click.UsageError("--lab is for this machine alone; leave out --host")
        click.echo(
            f"demo: {host} can be reached by others, and the demo's passwords are public; its "
            "cookies are Secure, so browsers need https in front of it",
            err=True,
        )
    settings = Settings(
        store_url=" ".join(store_urls) or None,
        keys_file=keys_file,
        inactivity=timedelta(seconds=inactivity_s),
        absolute=timedelta(seconds=absolute_s),
        touch=timedelta(seconds=touch_s),
        access=timedelta(seconds=access_s),
        timing=timing,
    )
    schemes = _mounts(mounts)
    plan = Plan(schemes, settings, site=site or len(schemes) > 1, node=node, lab=lab)
    try:
        serve(plan, host, port, workers)
    except (CannotServe, ValueError) as exc:
        click.echo(f"demo: {exc}", err=True)
        sys.exit(1)


def _mounts(given: Sequence[str]) -> dict[str, str]:
    """Give scheme names by alias."""
    mounts: dict[str, str] = {}
    for text in given:
        alias, _, name = text.rpartition("=")
        alias = alias or name
        if not _ALIAS.fullmatch(alias):
            raise click.UsageError(f"{alias!r} cannot be part of a path; use letters and digits")
        if alias in mounts:
            raise click.UsageError(f"{alias} is given twice; name one ALIAS={name}")
        mounts[alias] = name
    return mounts


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


if __name__ == "__main__":
    main(prog_name="python -m demo")
