"""What an advice says, as templates: the command and the page fill in the same ones.

A name in braces is a number of the ranking; `NUMBERS` says how it is written.
"""

from __future__ import annotations

NUMBERS = {
    "cost_us": 1,
    "less_us": 1,
    "noise_us": 2,
    "bites_s": 1,
    "wanted_s": 1,
    "bytes": 0,
    "more_bytes": 0,
    "gb_a_day": 1,
    "claims": 0,
    "claims_max": 0,
    "nodes": 0,
    "renewals": 1,
    "lifetime_s": 0,
    "store_per_s": 0,
    "rtt_ms": 2,
    "farthest_ms": 2,
    "sessions": 0,
    "most_sessions": 0,
}
"""Decimals of each number."""

TEXTS = {
    # Why a scheme cannot be chosen.
    "one_machine": "its state stays on one machine, and there are to be {nodes} nodes",
    "bites_late": "a revoke bites after {bites_s} s, not within {wanted_s} s",
    "broke_claim": "probes beyond its claimed bound were accepted in this run",
    "too_many_claims": "it refuses to issue more than {claims_max} claims, and there are {claims}",
    "out_when_down": "the valid are locked out while its store is in trouble",
    "back_in": "a fault of its store let revoked credentials in",
    # What argues against the first choice.
    "near": "{other} costs so nearly the same that this run cannot tell them apart",
    "cheaper_but": "{other} would cost {less_us} µs less a request, but {why}",
    "heavier": (
        "every request is {more_bytes} bytes larger than under {other}: {gb_a_day} GB a day more "
        "without header compression"
    ),
    "asks_store": (
        "it asks its store {store_per_s} times a second, and depends on it for every request"
    ),
    "window": "a revoked credential goes on working for up to {bites_s} s",
    "renewals": (
        "clients renew {renewals} times a second, all told, at one renewal per lifetime of "
        "{lifetime_s} s"
    ),
    "outage_unknown": "what an outage of its store does to it was not measured in this run",
    "far": "{rtt_ms} ms is farther than this run went ({farthest_ms} ms): the line is prolonged",
    "many": "{sessions} sessions are more than this run had ({most_sessions})",
    "no_model": "no cost model in this run: what distance and claims add is reckoned, not measured",
    "not_valid": "some of these figures are withheld, and the section Trust says why",
    # The answer.
    "answer": ("{name}: {cost_us} µs a request over no check, {bytes} bytes of credential in each"),
    "nothing": "no scheme of this run does all that; the nearest are below, with what they lack",
}
