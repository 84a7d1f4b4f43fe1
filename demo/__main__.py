"""`python -m demo`: serve the demo app under one scheme, or several side by side."""

from __future__ import annotations

import os
import sys

if (
    __name__ == "__main__"
    and not sys.flags.safe_path
    and sys.path[0] != os.path.dirname(os.path.dirname(__file__))
):
    # The folder one stands in comes first, and may have a demo.py or a numpy/ of its own.
    del sys.path[0]

import io
import math
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import click

from .auth import Settings
from .builtin import PRESETS
from .housekeeping import clear_away
from .loopback import is_loopback
from .monitor import RESPONSES, RULES, read_responses
from .schemes import every_name, nearest
from .serving import CannotServe, Plan, serve
from .teaching.desk import ACCESS_S, SCHEMES

_ALIAS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_DEFAULTS = Settings()
SHORTEST_S = 1e-6
LONGEST_S = 10 * 366 * 24 * 3600.0


class _Seconds(click.FloatRange):
    """Seconds from a microsecond to ten years: neither `nan` nor what no clock can hold."""

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        seconds: float = super().convert(value, param, ctx)
        if not math.isfinite(seconds):
            self.fail(f"{value} is not a number of seconds.", param, ctx)
        return seconds


class _Choice(click.Choice[str]):
    """One of several names; an unknown one is answered by the nearest."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        del ctx
        return f"{value!r} is not known; {nearest(str(value), self.choices)}"


_SECONDS = _Seconds(min=SHORTEST_S, max=LONGEST_S)


@click.command(
    context_settings={"max_content_width": 100, "help_option_names": ["-h", "--help"]},
    epilog="Example: python -m demo --scheme session-cookie-memory --port 8000",
)
@click.option(
    "--scheme",
    "mounts",
    metavar="[ALIAS=]SCHEME",
    multiple=True,
    help="What to serve, such as session-cookie-redis; --list names them all. Given several times, "
    "each is under /s/<alias>/; the alias is the scheme's name unless given.",
)
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda context, _, wanted: _list_and_exit(context) if wanted else None,
    help="List the names of all schemes and exit.",
)
@click.option(
    "--reap",
    is_flag=True,
    help="Clear away everything that has expired in the stores of the schemes, print how much, and "
    "exit.",
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
    "--preset",
    type=_Choice(sorted(PRESETS)),
    help="Lifetimes by name: NIST SP 800-63B-4 levels, or OWASP's. What is given below wins.",
)
@click.option(
    "--inactivity-s",
    type=_SECONDS,
    help="Seconds without a request after which a login ends.  "
    f"[default: {_DEFAULTS.inactivity.total_seconds():g}]",
)
@click.option(
    "--absolute-s",
    type=_SECONDS,
    help="Seconds after which a login ends in any case.  "
    f"[default: {_DEFAULTS.absolute.total_seconds():g}]",
)
@click.option(
    "--touch-s",
    type=_SECONDS,
    help="Seconds between two notes of activity in the store.  "
    f"[default: {_DEFAULTS.touch.total_seconds():g}]",
)
@click.option(
    "--access-s",
    type=_SECONDS,
    help=f"Seconds an access token lives.  [default: {_DEFAULTS.access.total_seconds():g}]",
)
@click.option(
    "--access-of",
    "own_access",
    metavar="ALIAS=SECONDS",
    multiple=True,
    help="The same for one of several mounts. May be given several times.",
)
@click.option(
    "--renewal-s",
    type=_SECONDS,
    help="Seconds after which a session ID in a cookie is replaced in mid-session; a token is "
    "replaced when it expires.  [default: never]",
)
@click.option(
    "--max-sessions",
    type=click.IntRange(min=1),
    help="Logins that an account may have at a time.  [default: any number]",
)
@click.option(
    "--at-max",
    type=_Choice(["end-oldest", "refuse"]),
    default=_DEFAULTS.at_max,
    show_default=True,
    help="What gives way to one login more.",
)
@click.option(
    "--max-failures-account",
    type=click.IntRange(min=1),
    default=_DEFAULTS.max_failures_account,
    show_default=True,
    help="Failed logins of an account, in five minutes, after which none is taken for a while.",
)
@click.option(
    "--max-failures-address",
    type=click.IntRange(min=1),
    default=_DEFAULTS.max_failures_address,
    show_default=True,
    help="The same for an address, whatever the accounts.",
)
@click.option(
    "--light-hashes",
    is_flag=True,
    help="Hash passwords as lightly as possible, for measurements. Loopback only.",
)
@click.option(
    "--monitor",
    "rules",
    metavar="RULE=RESPONSE",
    multiple=True,
    help="What to do when a rule of the monitor fires. RULE is all or one of "
    f"{', '.join(RULES)}; RESPONSE is one of {', '.join(RESPONSES)}. Every rule logs unless told "
    "otherwise; with --timing nobody watches unless this is given.",
)
@click.option(
    "--audit-log",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Append audit events to this file as JSON lines; - is standard output.",
)
@click.option("--timing", is_flag=True, help="Say in Server-Timing what each request spent.")
@click.option(
    "--lab",
    is_flag=True,
    help="Let POST /cart take delay_ms, so that races can be watched. Loopback only.",
)
@click.option(
    "--teaching",
    is_flag=True,
    help="Start three nodes beside the app, for its page /nodes, and show every event on /log. "
    "Loopback only. Without --scheme it serves four that need nothing but a file, and access "
    f"tokens of {ACCESS_S:g} s.",
)
@click.option("--node", default="", help="What X-Node says.  [default: pid-<number>]")
def main(
    mounts: Sequence[str],
    reap: bool,
    site: bool,
    host: str,
    port: int,
    workers: int,
    store_urls: Sequence[str],
    keys_file: Path | None,
    timing: bool,
    lab: bool,
    teaching: bool,
    node: str,
    rules: Sequence[str],
    audit_log: Path | None,
    max_sessions: int | None,
    max_failures_account: int,
    max_failures_address: int,
    light_hashes: bool,
    own_access: Sequence[str],
    at_max: Literal["end-oldest", "refuse"],
    **lifetimes: Any,
) -> None:
    """Serve the demo app: accounts alice, bob and carol, passwords `<name>-password`."""
    if not is_loopback(host):
        local = {"--lab": lab, "--teaching": teaching, "--light-hashes": light_hashes}
        for which in (option for option, given in local.items() if given):
            raise click.UsageError(f"{which} is for this machine alone; leave out --host")
        click.echo(
            f"demo: {host} can be reached by others, and the demo's passwords are public; its "
            "cookies are Secure, so browsers need https in front of it",
            err=True,
        )
    if light_hashes:
        click.echo("demo: --light-hashes: passwords are easy to find from their hashes", err=True)
    if not mounts and not teaching:
        raise click.UsageError(
            "name a --scheme, such as session-cookie-memory; --list has them all"
        )
    if teaching and not mounts:
        mounts = SCHEMES
        lifetimes["access_s"] = lifetimes["access_s"] or ACCESS_S
    settings = Settings(
        store_url=" ".join(store_urls) or None,
        keys_file=keys_file,
        timing=timing,
        max_sessions=max_sessions,
        at_max=at_max,
        max_failures_account=max_failures_account,
        max_failures_address=max_failures_address,
        light_hashes=light_hashes,
        **_lifetimes(**lifetimes),
    )
    schemes = _mounts(mounts)
    access = _access_of(own_access, schemes)
    if teaching and workers > 1:
        raise click.UsageError(
            "--teaching has one worker, which keeps the nodes: leave out --workers"
        )
    try:
        if reap:
            for alias, gone in clear_away(schemes, settings, site=site or len(schemes) > 1):
                click.echo(f"{alias}: {gone} cleared away")
            return
        watched = rules or not timing
        plan = Plan(
            schemes,
            settings,
            access=access,
            site=site or len(schemes) > 1,
            node=node,
            lab=lab,
            teaching=teaching,
            # What is measured is the scheme alone.
            responses=read_responses(rules) if watched else None,
            audit_log=audit_log,
        )
        serve(plan, host, port, workers)
    except (CannotServe, ValueError) as exc:
        click.echo(f"demo: {exc}", err=True)
        sys.exit(1)


def _mounts(given: Sequence[str]) -> dict[str, str]:
    """Return scheme names by alias."""
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


def _access_of(given: Sequence[str], mounts: Mapping[str, str]) -> dict[str, timedelta]:
    """Return the lifetime of access tokens by alias, where a mount has its own."""
    found = {}
    for text in given:
        alias, _, seconds = text.partition("=")
        if alias not in mounts:
            raise click.UsageError(f"--access-of {text}: no --scheme has the alias {alias!r}")
        found[alias] = timedelta(seconds=_SECONDS.convert(seconds, None, None))
    return found


def _lifetimes(preset: str | None, **given_s: float | None) -> dict[str, Any]:
    """Return the fields of `Settings` for a preset, and for what was given in seconds besides."""
    given = {
        name.removesuffix("_s"): timedelta(seconds=seconds)
        for name, seconds in given_s.items()
        if seconds is not None
    }
    return {**(PRESETS[preset] if preset else {}), **given}


def _list_and_exit(context: click.Context) -> None:
    for name in every_name():
        click.echo(name)
    context.exit()


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a locale may lack a sign of ours
    main(prog_name="python -m demo")
