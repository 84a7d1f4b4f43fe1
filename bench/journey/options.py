"""The options that bench/locustfile.py adds to Locust's own, with their bounds."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from ..probe.config import load_config
from ..processes.children import BenchError

PERSONAS = ("reader", "shopper", "mobile", "api", "idle")
MIX = "reader=6,shopper=2,mobile=1,api=1,idle=2"
DAY_S = 86_400.0


class Number(NamedTuple):
    """An option that is a number."""

    default: float
    least: float
    most: float
    help: str


NUMBERS: Mapping[str, Number] = {
    "--think-s": Number(
        5.0, 0.001, DAY_S, "Mean seconds between two requests of a reader; they are exponential."
    ),
    "--session-requests": Number(
        50.0, 1.0, 1e6, "Mean number of requests between a login and its logout."
    ),
    "--cart-share": Number(
        0.3, 0.0, 1.0, "Share of a shopper's requests that change something instead of reading."
    ),
    "--token-s": Number(
        0.0, 0.0, DAY_S, "How old a token is when it is renewed; 0: when it expires."
    ),
    "--idle-s": Number(60.0, 0.01, DAY_S, "Seconds between two requests of an idle tab."),
}


def number(name: str) -> Callable[[str], float]:
    """Return what reads the value of the option *name*; it raises one line with the bounds."""
    known = NUMBERS[name]

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not known.least <= value <= known.most:
            raise argparse.ArgumentTypeError(
                f"{text!r} is not a number from {known.least:g} to {known.most:g}"
            )
        return value

    return read


def refusal(form: Mapping[str, str]) -> str | None:
    """Return why the values of a form, by the names of the options, are refused; None if not."""
    for name in NUMBERS:
        value = form.get(name.removeprefix("--").replace("-", "_"))
        if value is not None:
            try:
                number(name)(value)
            except argparse.ArgumentTypeError as exc:
                return f"{name}: {exc}"
    return None


def service(text: str) -> str:
    """Return *text*, the name of a file that describes a service; empty for the demo app."""
    if not text:
        return ""
    path = Path(text).resolve()
    try:
        load_config(path)
    except BenchError as exc:
        raise argparse.ArgumentTypeError(str(exc)) from exc
    return str(path)


def mix(text: str) -> str:
    """Return *text*, which gives personas their weights."""
    weights(text)
    return text


def weights(text: str) -> dict[str, int]:
    """Return the weight of each persona; those that *text* leaves out have none."""
    found = dict.fromkeys(PERSONAS, 0)
    for part in text.split(","):
        name, _, weight = part.strip().partition("=")
        if name not in found or not weight.isdecimal() or int(weight) > 10_000:
            raise argparse.ArgumentTypeError(
                f"{part.strip()!r} is not NAME=WEIGHT with a weight from 0 to 10000 and a name "
                f"of {', '.join(PERSONAS)}"
            )
        found[name] = int(weight)
    if not any(found.values()):
        raise argparse.ArgumentTypeError("give one of the personas a weight above 0")
    return found


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add every option; an impossible value ends Locust with one line before anything starts."""
    for name, known in NUMBERS.items():
        parser.add_argument(
            name,
            type=number(name),
            default=known.default,
            help=f"{known.help} From {known.least:g} to {known.most:g}.",
        )
    parser.add_argument(
        "--mix",
        metavar="NAME=WEIGHT,…",
        type=mix,
        default=MIX,
        help=f"Weight of each persona, such as {MIX}.",
        include_in_web_ui=False,
    )
    parser.add_argument(
        "--service",
        metavar="FILE",
        type=service,
        default="",
        help="TOML file that describes the service; left out: the demo app.",
        include_in_web_ui=False,
    )
    parser.add_argument(
        "--events",
        default="",
        help="File for kind, user, start and end in nanoseconds of every request.",
        include_in_web_ui=False,
    )
