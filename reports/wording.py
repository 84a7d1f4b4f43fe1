"""How a figure reads in a sentence or a table: three digits, its unit, its interval."""

from __future__ import annotations

import math
from dataclasses import replace

from .rows import Row

RIVAL = " of another library"
"""Added to a mechanism: says that the scheme is not this project's own."""
UNITS = {
    "us": "µs",
    "count": "",
    "percent": "%",
    "bytes": "bytes",
    "code": "",
    "1/s": "/s",
    "ratio": "times",
}


def number(value: float, like: float | None = None) -> str:
    """Write *value* with about three digits, and as many decimals as *like* has."""
    size = abs(value if like is None else like)
    if size >= 100 or (value == int(value) and like is None):
        decimals = 0
    elif size >= 10:
        decimals = 1
    elif size >= 0.1 or size == 0:
        decimals = 2
    else:
        decimals = 3
    written = f"{value:,.{decimals}f}"
    return written.replace("-", "\N{MINUS SIGN}") if float(written.replace(",", "")) else "0"


def quantity(row: Row) -> str:
    """Write the figure with its unit."""
    unit = UNITS.get(row.unit, row.unit)
    if row.unit == "percent":
        return f"{number(row.value)} %"
    if row.unit == "bytes" and row.value == 1:
        unit = "byte"
    return f"{number(row.value)} {unit}".strip()


def one_in(row: Row) -> str:
    """Write a share in percent as `1 in 100`, never as less than it is."""
    return f"1 in {max(1, int(100 / row.value)):,}"


def interval(row: Row) -> str:
    """Write the interval in brackets; nothing where there is none, or it is the figure itself."""
    if row.ci_low is None or row.ci_high is None or row.ci_low == row.ci_high:
        return ""
    return f"[{number(row.ci_low, row.value)}, {number(row.ci_high, row.value)}]"


def measured(row: Row) -> str:
    """Write the figure with its unit and interval."""
    return f"{quantity(row)} {interval(row)}".strip()


def floor(noise: Row) -> str:
    """Say what equal arms differ by."""
    kinds = {"aa_noise_store_us": " that ask a store", "aa_noise_token_us": " with a token"}
    what = kinds.get(noise.metric, "")
    return f"two identical arms{what} differ by up to {quantity(noise)}"


def regime(row: Row) -> str:
    """Write the conditions the figure was measured under."""
    parts = []
    if row.rate:
        parts.append(f"{number(row.rate)} requests a second of each scheme")
    if row.nodes:
        parts.append(f"{row.nodes} nodes" if row.nodes > 1 else "one node")
    if row.population:
        parts.append(f"{row.population:,} live sessions")
    if row.store_rtt_ms:
        parts.append(f"store {number(row.store_rtt_ms)} ms away")
    return ", ".join(parts)


def listed(names: list[str], last: str = "and") -> str:
    """Write names as a sentence does."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def magnitude(row: Row) -> str:
    """Write a difference without its sign, which the sentence says in words."""
    if row.value >= 0:
        return measured(row)
    low = None if row.ci_high is None else -row.ci_high
    high = None if row.ci_low is None else -row.ci_low
    return measured(replace(row, value=-row.value, ci_low=low, ci_high=high))


def some(names: list[str], most: int = 4) -> str:
    """Write up to *most* names as a sentence does; of more, some of them and the number left."""
    if len(names) <= most:
        return listed(names)
    shown = most - 1
    return f"{', '.join(names[:shown])} and {len(names) - shown} more"


def in_sentence(title: str) -> str:
    """Return the title of a scheme as a sentence has it, such as `a session in Redis`."""
    if title.startswith("JWT"):
        return f"a {title}"
    if title.startswith(("Session", "Cached")):
        return f"a {title[0].lower()}{title[1:]}"
    return title


def digits(value: float) -> str:
    """Write *value* with two significant digits: 0.25, 8.5, 25, 580."""
    if value == 0:
        return "0"
    sign, size = ("\N{MINUS SIGN}", -value) if value < 0 else ("", value)
    exponent = math.floor(math.log10(size))
    whole = math.floor(size / 10.0 ** (exponent - 1) + 0.5)
    if whole == 100:
        whole, exponent = 10, exponent + 1
    if exponent >= 1:
        return f"{sign}{whole * 10 ** (exponent - 1):,}"
    written = f"{whole / 10 ** (1 - exponent):.{1 - exponent}f}"
    return sign + written.removesuffix("0").removesuffix(".0").removesuffix(".")


def cost(us: float) -> str:
    """Write a cost in µs, or in ms from there on."""
    return f"{digits(us)} µs" if us < 995 else f"{digits(us / 1000)} ms"


def milliseconds(ms: float) -> str:
    """Write a time given in milliseconds, in seconds from there on."""
    return f"{digits(ms)} ms" if ms < 995 else f"{digits(ms / 1000)} s"


def duration(seconds: float) -> str:
    """Write a time that people wait: seconds, minutes, hours or days."""
    if seconds < 60:
        return f"{digits(seconds)} s"
    if seconds < 3600:
        return f"{digits(seconds / 60)} min"
    if seconds < 86_400:
        return f"{digits(seconds / 3600)} h"
    count = digits(seconds / 86_400)
    return f"{count} day" if count == "1" else f"{count} days"


def percent(share: float) -> str:
    """Write a share as per cent."""
    return "less than 0.1 %" if share < 0.001 else f"{digits(share * 100)} %"
