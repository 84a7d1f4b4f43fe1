"""Metrics of the instrument itself."""

from __future__ import annotations

from .metric import listed

CALIBRATION = listed(
    "calibration",
    ("aa_noise_us", "us", "noise floor: what identical arms may differ by"),
    ("aa_noise_store_us", "us", "the same for identical arms that ask a store"),
    ("aa_noise_token_us", "us", "the same for identical arms with a token and no store"),
    ("recovered_delay_us", "us", "the known delay as the run measured it"),
    ("injected_delay_us", "us", "the known delay that was put in"),
    ("times_as_long", "times", "length of a run that could tell a cost"),
    ("run_minutes", "min", "how long such a run would take"),
    ("control_capacity", "1/s", "what `control` can do in a closed loop"),
    ("arms_capacity", "1/s", "what all schemes together can do in a closed loop"),
    ("offered_rate", "1/s", "requests a second that were planned"),
    ("offered_share", "share", "planned rate, of what `control` can do"),
    ("offered_share_of_arms", "share", "planned rate, of what all schemes together can do"),
    ("requests", "count", "requests in one block, over all schemes"),
    ("achieved_rate", "1/s", "requests a second that were sent"),
    ("generator_lag_ms_p99", "ms", "99 %: how late requests were sent"),
    ("generator_cpu", "share", "use of a core by the load generator"),
    ("fixed_work_us", "us", "how long a fixed piece of work took: the machine's speed"),
    ("proxy_rtt_us_p50", "us", "round trip to the store through the delay"),
    ("direct_rtt_us_p50", "us", "round trip to the store without the delay"),
    ("proxy_added_us_p50", "us", "what the delay added to the round trip"),
    ("h2load_ms_p50", "ms", "median of one request as h2load measured it"),
    ("h2load_ms_mean", "ms", "mean of one request as h2load measured it"),
    ("ours_ms_p50", "ms", "median of one request as our generator measured it, same load"),
    ("ours_ms_mean", "ms", "mean of one request as our generator measured it, same load"),
)
