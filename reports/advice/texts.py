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
    "token_s": 0,
    "bytes": 0,
    "more_bytes": 0,
    "gb_a_day": 1,
    "claims": 0,
    "claims_max": 0,
    "nodes": 0,
    "renewals": 1,
    "store_per_s": 0,
    "per_core": 0,
    "memory_gb": 2,
    "money": 4,
    "rtt_ms": 2,
    "farthest_ms": 2,
    "sessions": 0,
    "most_sessions": 0,
}
"""Decimals of each number."""

TEXTS = {
    # Why a scheme cannot be chosen.
    "not_measured": "this run did not measure what it costs",
    "one_machine": "its state stays on one machine, and there are to be {nodes} nodes",
    "bites_late": "a revocation takes up to {bites_s} s, not {wanted_s} s",
    "late_token": (
        "a revoked token works until it expires, up to {bites_s} s and not {wanted_s} s; "
        "a shorter lifetime costs more renewals"
    ),
    "broke_claim": "it accepted revoked logins later than it promises, in this run",
    "too_many_claims": "it refuses to issue more than {claims_max} claims, and there are {claims}",
    "script_holds": (
        "in a browser its credential lies within reach of scripts: a cookie with HttpOnly does not"
    ),
    "no_cookies": "it needs a cookie jar, which such callers do without",
    "teams_mint": "whoever can verify it can issue it, and other teams must not",
    "third_mint": "whoever can verify it can issue it, and third parties must not",
    "teams_store": "other teams would need access to the session store",
    "third_store": "third parties would need access to the session store",
    "teams_denials": "other teams cannot see its denials without access to the store",
    "third_denials": "third parties cannot see its denials without access to the store",
    "like_session": (
        "it asks the store at every request, as a session does, and its credential is larger"
    ),
    "out_when_down": "valid logins are locked out while its store is in trouble",
    "back_in": "a fault of its store let revoked logins in",
    # What argues against the first choice.
    "tie": (
        "{others}: cost as much as this one, as far as this run can tell; it is a tie, and what "
        "was measured of outages does not break it"
    ),
    "tie_outage": (
        "{others}: cost as much as this one, as far as this run can tell; the tie is broken by "
        "what happens in outages"
    ),
    "cheaper_but": "{other} would cost {less_us} µs less a request, but {why}",
    "heavier": (
        "every request is {more_bytes} bytes larger than under {other}: {gb_a_day} GB a day more "
        "without header compression"
    ),
    "asks_store": "it asks its store {store_per_s} times a second",
    "window": "a revoked login may work for up to {bites_s} s",
    "renewals_stop": (
        "renewals need the store: logins end in an outage that is longer than {token_s} s"
    ),
    "locked_out": "valid logins were refused in this run when the store had this fault: {faults}",
    "let_in": "revoked logins were accepted in this run when the store had this fault: {faults}",
    "outage_unknown": "what an outage of its store does to it was not measured in this run",
    "far": "{rtt_ms} ms is farther than this run went ({farthest_ms} ms): the line is prolonged",
    "many": "{sessions} logins are more than this run had ({most_sessions})",
    "no_prices": (
        "renewals, touches and logins were not measured in this run: the cost is that of the check "
        "alone"
    ),
    "no_model": "no cost model in this run: what claims and more logins add is not in the cost",
    "not_valid": "some of these figures are withheld, and the section Trust says why",
    # What the first choice takes.
    "per_core": "{per_core} requests a second for each core, by processor time of app and store",
    "operations": "{store_per_s} store operations a second",
    "renewals": "{renewals} renewals a second, with tokens that live for {token_s} s",
    "memory": "{memory_gb} GB of store memory for {sessions} logins",
    "traffic": "{gb_a_day} GB of credentials a day, without header compression",
    "money": "{money} for a million requests, at your prices",
    # The answer.
    "answer": (
        "{name}: {cost_us} µs a request over no login at all, {bytes} bytes of credential in each"
    ),
    "answer_plain": "{name}: {cost_us} µs a request over no login at all",
    "nothing": "no scheme of this run does all that; the nearest are below, with what they lack",
    "unmeasured": "not measured",
}
