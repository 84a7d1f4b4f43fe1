"""What changed between two runs, and whether it is more than noise.

A change is called one only where the two intervals do not meet and it is over twice the noise
floor of either run; where a layer has no pair of identical arms to give a floor, the intervals
are made twice as wide first. Exact counts need neither, but for what chance has a part in: the
characters that an ID was drawn with. What either run withholds is left out, and what cannot be
compared is refused.
Whether the two put their schemes in the same order is judged beside it, in `order`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.records import RecordError

from .loading import load
from .order import Order, described, order
from .reservations import RATES_APART, reservations
from .results import Results, evaluate
from .rows import Row
from .wording import measured, number, quantity

LAYERS = {"app_us": "app", "auth_us": "span", "request_ms": "request", "service_ms": "service"}
EXACT = ("payload",)
DRAWN_BYTES = 4.0
"""A credential in Huffman code weighs what its characters do; of fifteen the middle one is counted,
and that still differs by a byte or two from run to run."""
OF_BLOCKS = ("_cost_p50", "verify_us_p50")
FEWEST_BLOCKS = 5
"""Of these; an interval over fewer says too little of how blocks differ."""
DRAWN_SHARE = 0.01
"""Of what a store takes for a login: its own count of its memory, for other IDs."""
TIMED = (
    *("_cost_p50", "verify_us_p50", "break_even_rtt_ms"),
    *("model_fixed_us", "model_round_trips", "model_claim_us", "model_tenfold_us"),
    *("window_ms_p50", "exposure_node_s", "revoke_ms_p50", "revoke_key_ms_p50"),
)
"""The figures worth comparing: costs, not absolute times, wherever there is a control; of a grid
of conditions the model that sums it up, for among hundreds of points some always seem to move."""
COUNTED = ("late_accepts", "valid_accept_rate", "revoked_accept_rate")
RECKONED = ("traffic_up_gb", "traffic_down_gb")
MOMENTARY = ("seed",)
"""Settings that may differ between runs of the same experiment."""


class NotComparable(RecordError):
    """Two runs that no comparison of would mean anything."""


@dataclass(frozen=True)
class Change:
    """One figure in both runs."""

    before: Row
    after: Row
    real: bool

    @property
    def by(self) -> float:
        """How much larger it is in the second run, in its own unit."""
        return self.after.value - self.before.value


@dataclass(frozen=True)
class Comparison:
    """What changed from one run to another, in words, and whether they agree on the order."""

    text: str
    order: Order | None

    @property
    def turned(self) -> bool:
        """Whether both call some pair of schemes different, and in opposite order."""
        return self.order is not None and bool(self.order.turned)


def compare_runs(a: Path, b: Path) -> Comparison:
    """Compare two runs; NotComparable says why they cannot be."""
    if a == b:
        raise NotComparable(f"both are {a}: name two runs")
    return compare(evaluate(load(a)), evaluate(load(b)))


def compare(before: Results, after: Results) -> Comparison:
    """Say what changed, what did not, and whether the order of the schemes is the same."""
    refuse(before, after)
    changes = list(changes_between(before, after))
    if not changes:
        raise NotComparable("the two runs have no figure in common; measure the same schemes")
    real = [change for change in changes if change.real]
    lines = [f"From {before.recording.run.name} to {after.recording.run.name}", ""]
    lines += [f"! {text}" for text in reservations(before, after)]
    if real:
        lines += ["Changed, beyond the noise of both:"]
        lines += [f"  {_line(change)}" for change in real]
    else:
        lines += ["Nothing changed beyond the noise of both."]
    quiet = len(changes) - len(real)
    lines += [
        "",
        f"{quiet} of {len(changes)} figures did not change, or not so that one could tell.",
    ]
    judged = order(before, after)
    if judged is not None:
        lines += described(judged)
    return Comparison("\n".join(lines), judged)


def refuse(before: Results, after: Results) -> None:
    """Raise NotComparable, with the reason, unless the two can be held against each other."""
    first, second = before.recording.run, after.recording.run
    if first.plan != second.plan:
        raise NotComparable(
            f"{first.name} followed plan {first.plan} and {second.name} {second.plan}: "
            "measure both by the same plan"
        )
    differing = [
        f"{name} {first.settings.get(name)!r} and {second.settings.get(name)!r}"
        for name in sorted(first.settings.keys() | second.settings.keys())
        if name not in MOMENTARY and first.settings.get(name) != second.settings.get(name)
    ]
    if differing:
        raise NotComparable(f"the two runs had other settings: {'; '.join(differing)}")


def changes_between(before: Results, after: Results) -> Iterator[Change]:
    """Pair every figure worth comparing with its twin under the same regime."""
    twins = {_key(row): row for row in after.rows}
    for row in before.rows:
        twin = twins.get(_key(row))
        is_exact = row.measure in EXACT
        if twin is None or row.metric in RECKONED or "withheld" in (row.validity, twin.validity):
            continue
        if before.mechanism(row.scheme) == "control" and not is_exact:
            continue
        if is_exact:
            yield Change(row, twin, real=abs(twin.value - row.value) > _drawn(row))
        elif row.metric.endswith(OF_BLOCKS) and not _comparable(row, twin):
            continue
        elif row.metric in COUNTED:
            yield Change(row, twin, real=_apart(row, twin))
        elif row.metric.endswith(TIMED) and not row.axis:
            noise = max(_noise(before, row), _noise(after, row))
            beyond = abs(twin.value - row.value) > 2 * noise
            widened = 1.0 if noise else 2.0
            yield Change(row, twin, real=beyond and _apart(row, twin, widened))


def _key(row: Row) -> tuple[object, ...]:
    # The rate follows what the machine can do, so it may differ by a little.
    store = row.asked_store
    regime = row.regime("rate")
    return (row.measure, row.scheme, row.metric, row.population, row.claims, store, regime)


def _comparable(one: Row, other: Row) -> bool:
    """Return whether two figures are over enough blocks, and of the same load."""
    if min(one.rounds or 0, other.rounds or 0) < FEWEST_BLOCKS:
        return False
    slow, fast = sorted((row.rate or 1.0) for row in (one, other))
    return fast <= RATES_APART * slow


def _drawn(row: Row) -> float:
    """Return what chance may make of a count that is exact for any one credential."""
    if row.metric.startswith("request_bytes_h2_"):
        return DRAWN_BYTES
    return DRAWN_SHARE * row.value if row.metric.startswith("store_bytes_") else 0.0


def _noise(results: Results, row: Row) -> float:
    """Return the noise floor of the row's layer in the row's unit; none where there is no pair."""
    layer = LAYERS.get(row.metric.removesuffix("_cost_p50"))
    noise = results.noise_us(layer, row) if layer else None
    if noise is None:
        return 0.0
    return noise.value / 1e3 if row.unit == "ms" else noise.value


def _apart(one: Row, other: Row, widened: float = 1.0) -> bool:
    """Return whether both have intervals and these do not meet, each *widened* times as wide."""
    lower, upper = sorted((one, other), key=lambda row: row.value)
    if lower.ci_high is None or upper.ci_low is None:
        return False
    high = lower.value + widened * (lower.ci_high - lower.value)
    low = upper.value - widened * (upper.value - upper.ci_low)
    return high < low


SAID_APART = ("nodes", "store_rtt_ms", "population", "claims")
"""Dimensions that a line names elsewhere, or not at all."""


def _line(change: Change) -> str:
    sign = "+" if change.by > 0 else "\N{MINUS SIGN}"
    unit = quantity(change.after).partition(" ")[2]
    claims = f"claims={change.before.claims}" if change.before.claims else ""
    told = "; ".join(part for part in (claims, change.before.said(*SAID_APART)) if part)
    regime = f" ({told})" if told else ""
    return (
        f"{change.before.scheme}  {change.before.metric}{regime}: {measured(change.before)} -> "
        f"{measured(change.after)}, {sign}{number(abs(change.by))} {unit}".rstrip()
    )
