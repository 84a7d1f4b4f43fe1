"""The catalogue of metrics: every name that may stand in `results.csv`, its unit and meaning.

docs/metrics.md is this catalogue for readers; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """What a name in `results.csv` stands for."""

    name: str
    measure: str
    unit: str
    meaning: str


TIMED = {
    "verify_us": ("us", "one `verify` in a hot loop, without HTTP"),
    "floor_us": ("us", "the bare client call or bare primitive below `verify`, same process"),
    "auth_us": ("us", "the check inside a real request, from `Server-Timing`"),
    "request_ms": ("ms", "one request from its intended start to its last byte"),
    "service_ms": ("ms", "one request from its actual start to its last byte"),
}
SUFFIXES = {"p50": "median", "p90": "90 %", "p99": "99 %", "p999": "99.9 %"}


def _timed() -> list[Metric]:
    metrics = []
    for quantity, (unit, meaning) in TIMED.items():
        for suffix, share in SUFFIXES.items():
            name = f"{quantity}_{suffix}"
            metrics.append(Metric(name, "lookup", unit, f"{share}: {meaning}"))
        if quantity != "floor_us":
            cost = f"median over `control`: {meaning}"
            metrics.append(Metric(f"{quantity}_cost_p50", "lookup", unit, cost))
    return metrics


_COUNTED = [
    Metric("auth_us_difference_p50", "lookup", "us", "one scheme's `auth_us` less another's"),
    Metric("cpu_us", "lookup", "us", "processor time of the server for one request"),
    Metric("store_reads", "lookup", "count", "reads of the store for one request"),
    Metric("store_writes", "lookup", "count", "writes to the store for one request"),
    Metric("store_depth", "lookup", "count", "round trips to the store that wait for each other"),
    Metric("signature_checks", "lookup", "count", "signatures verified for one request"),
    Metric("errors", "lookup", "count", "answers with an unexpected status; not samples"),
]
_REVOCATION = [
    Metric("window_ms_p50", "revocation", "ms", "median window after an acknowledged revoke"),
    Metric("window_ms_p95", "revocation", "ms", "95 % of the windows were no longer"),
    Metric("window_ms_worst", "revocation", "ms", "the longest window of any trial"),
    Metric("claimed_bound_ms", "revocation", "ms", "the longest window that the scheme claims"),
    Metric("censored_trials", "revocation", "count", "trials still accepting at the last probe"),
    Metric("exposure_node_s", "revocation", "s", "seconds of acceptance, summed over nodes"),
    Metric("late_accepts", "revocation", "count", "probes accepted beyond the claimed bound"),
    Metric(
        "late_accept_limit", "revocation", "percent", "upper limit of the share of late accepts"
    ),
    Metric("probes_after_bound", "revocation", "count", "probes invoked beyond the claimed bound"),
    Metric("resurrections", "revocation", "count", "accepts that follow a reject, on one node"),
    Metric("false_rejects", "revocation", "count", "rejects before the revoke was invoked"),
    Metric("probe_errors", "revocation", "count", "probes answered neither 200 nor 401"),
    Metric("void_trials", "revocation", "count", "revocations that could not be carried through"),
    Metric("probes_missed", "revocation", "count", "probes of the schedule that were not sent"),
    Metric("probe_lag_ms_p99", "revocation", "ms", "99 %: how late probes were sent"),
    Metric("revoke_ms_p50", "revocation", "ms", "median time a revoke took to be acknowledged"),
    Metric("revoke_all_ms_p50", "revocation", "ms", "the same for ending all of a subject"),
]
_OUTAGE = [
    Metric("valid_accept_rate", "outage", "percent", "valid credentials let in during the fault"),
    Metric("revoked_accept_rate", "outage", "percent", "revoked ones let in during the fault"),
    Metric("recovery_s", "outage", "s", "time until answers were right again"),
    Metric("status", "outage", "code", "status given during the fault"),
]
_PAYLOAD = [
    Metric("request_bytes", "payload", "bytes", "request over `control`, HTTP/1.1 at the socket"),
    Metric("request_bytes_total", "payload", "bytes", "the same request whole"),
    Metric("response_bytes_login", "payload", "bytes", "answer to a login at the socket"),
    Metric("response_bytes", "payload", "bytes", "answer to a plain request at the socket"),
    Metric(
        "request_bytes_h2_first",
        "payload",
        "bytes",
        "credential's share of the first request under HPACK",
    ),
    Metric(
        "request_bytes_h2_steady",
        "payload",
        "bytes",
        "credential's share of later requests under HPACK",
    ),
    Metric("request_bytes_h2_first_total", "payload", "bytes", "the same, all headers"),
    Metric("request_bytes_h2_steady_total", "payload", "bytes", "the same, all headers"),
    Metric("credential_bytes", "payload", "bytes", "the credential as the client holds it"),
    Metric("cookie_bytes", "payload", "bytes", "cookie, name plus value"),
    Metric("bytes_per_claim", "payload", "bytes", "growth of a request with one more claim"),
    Metric("claims_max", "payload", "count", "claims before the scheme refuses to issue"),
    Metric("store_bytes_per_session", "payload", "bytes", "store memory for one live session"),
    Metric("store_bytes_per_revocation", "payload", "bytes", "store memory for one revocation"),
]
_CALIBRATION = [
    Metric("aa_noise_us", "calibration", "us", "noise floor: what identical arms may differ by"),
    Metric("recovered_delay_us", "calibration", "us", "the known delay as the run measured it"),
    Metric("injected_delay_us", "calibration", "us", "the known delay that was put in"),
    Metric("times_as_long", "calibration", "times", "length of a run that could tell a cost"),
    Metric("control_capacity", "calibration", "1/s", "what `control` can do in a closed loop"),
    Metric("offered_rate", "calibration", "1/s", "requests a second that were planned"),
    Metric("offered_share", "calibration", "share", "planned rate, of what `control` can do"),
    Metric("requests", "calibration", "count", "requests in one block, over all schemes"),
    Metric("achieved_rate", "calibration", "1/s", "requests a second that were sent"),
    Metric("generator_lag_ms_p99", "calibration", "ms", "99 %: how late requests were sent"),
    Metric("generator_cpu", "calibration", "share", "use of a core by the load generator"),
]

CATALOGUE: dict[str, Metric] = {
    metric.name: metric
    for metric in [*_timed(), *_COUNTED, *_REVOCATION, *_OUTAGE, *_PAYLOAD, *_CALIBRATION]
}


def recorded(measure: str) -> list[str]:
    """Name the metrics that a cell of *measure* may hold as a figure."""
    return [metric.name for metric in CATALOGUE.values() if metric.measure == measure]


def unit_of(name: str) -> str:
    """Give the unit of the metric; KeyError for one that is not in the catalogue."""
    return CATALOGUE[name].unit
