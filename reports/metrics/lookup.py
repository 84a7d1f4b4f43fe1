"""Metrics of lookup: times in three layers, exact counts, and what follows from a grid of them."""

from __future__ import annotations

from .metric import Metric, listed

TIMED = {
    "verify_us": ("us", "one `verify` in a hot loop, without HTTP"),
    "floor_us": ("us", "the bare client call or bare primitive below `verify`, same process"),
    "auth_us": ("us", "the check inside a real request, from `Server-Timing`"),
    "app_us": ("us", "one request from entering the app until its answer is ready"),
    "app_calm_us": ("us", "the same, of requests whose thread did not wait for a processor"),
    "app_cpu_us": ("us", "processor time of its thread from entering the app until then"),
    "request_ms": ("ms", "one request from its intended start to its last byte"),
    "service_ms": ("ms", "one request from its actual start to its last byte"),
}
UNCONTROLLED = ("verify_us", "floor_us")
"""`control` has nothing to verify in the hot loop, so there is no cost over it."""
TAILED = TIMED.keys() - {"app_calm_us", "app_cpu_us"}
"""Quantities whose tails say something: those of times that somebody waits for."""
SUFFIXES = {"p50": "median", "p90": "90 %", "p99": "99 %", "p999": "99.9 %"}


def _timed() -> list[Metric]:
    metrics = []
    for quantity, (unit, meaning) in TIMED.items():
        for suffix, share in SUFFIXES.items():
            if suffix != "p50" and quantity not in TAILED:
                continue
            name = f"{quantity}_{suffix}"
            metrics.append(Metric(name, "lookup", unit, f"{share}: {meaning}"))
        if quantity not in UNCONTROLLED:
            cost = f"median over `control`: {meaning}"
            metrics.append(Metric(f"{quantity}_cost_p50", "lookup", unit, cost))
    return metrics


LOOKUP = [
    *_timed(),
    *listed(
        "lookup",
        ("auth_us_difference_p50", "us", "one scheme's `auth_us` less another's"),
        ("app_us_difference_p50", "us", "one scheme's `app_us` less another's"),
        ("cost_ratio_p50", "ratio", "a scheme's cost over that of another library's, same work"),
        (
            "session_token_ratio_p50",
            "ratio",
            "a session's check over a token's, both over `control`",
        ),
        ("session_token_app_ratio_p50", "ratio", "what a session adds in the app over a token's"),
        ("break_even_request_rtt_ms", "ms", "store round trip that costs a session its lead"),
        ("cpu_us", "us", "processor time of the server for one request"),
        ("store_cpu_us", "us", "processor time of the store's process for one request"),
        ("disturbed_share", "share", "requests whose thread waited for a processor"),
        ("store_reads", "count", "reads of the store for one request"),
        ("store_writes", "count", "writes to the store for one request"),
        ("server_calls", "count", "calls that the store's own server counted for one `verify`"),
        ("signature_checks", "count", "signatures verified for one request"),
        ("errors", "count", "answers with an unexpected status; not samples"),
    ),
]
SCALE = listed(
    "scale",
    ("process_bytes", "bytes", "memory that a process grew by until it was ready to verify"),
    ("break_even_rtt_ms", "ms", "store round trip from which the token costs less"),
    ("verify_us_difference_p50", "us", "a session's `verify` less a token's at one round trip"),
    ("model_fixed_us", "us", "cost model: what a check costs with the store at no distance"),
    ("model_round_trips", "count", "cost model: store round trips that a check waits for"),
    ("model_claim_us", "us", "cost model: growth with one more claim"),
    ("model_tenfold_us", "us", "cost model: growth with ten times as many live sessions"),
    ("model_denied_us", "us", "cost model: growth with ten times as many revocations"),
    ("model_us", "us", "cost model: its prediction for a point it has not seen"),
    ("model_error_percent", "percent", "what the prediction misses the measurement by"),
    ("model_error_percent_worst", "percent", "the same, the worst point of all schemes"),
)
