"""How a figure reads in a sentence or a table: three digits, its unit, its interval."""

from __future__ import annotations

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


def listed(names: list[str]) -> str:
    """Write names as a sentence does."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def some(names: list[str], most: int = 4) -> str:
    """Write up to *most* names as a sentence does; of more, some of them and the number left."""
    if len(names) <= most:
        return listed(names)
    shown = most - 1
    return f"{', '.join(names[:shown])} and {len(names) - shown} more"
