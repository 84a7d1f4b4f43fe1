"""Metrics of revocation and of outages."""

from __future__ import annotations

from .metric import listed

REVOCATION = listed(
    "revocation",
    ("window_ms_p50", "ms", "median window after an acknowledged revoke"),
    ("window_ms_p95", "ms", "95 % of the windows were no longer"),
    ("window_ms_worst", "ms", "the longest window of any trial"),
    ("claimed_bound_ms", "ms", "the longest window that the scheme claims"),
    ("censored_trials", "count", "trials still accepting at the last probe"),
    ("exposure_node_s", "s", "seconds of acceptance, summed over nodes"),
    ("late_accepts", "count", "probes accepted beyond the claimed bound"),
    ("late_accept_limit", "percent", "upper limit of the share of late accepts"),
    ("probes_after_bound", "count", "probes invoked beyond the claimed bound"),
    ("resurrections", "count", "accepts that follow a reject, on one node"),
    ("false_rejects", "count", "rejects before the revoke was invoked"),
    ("probe_errors", "count", "probes answered neither 200 nor 401"),
    ("void_trials", "count", "revocations that could not be carried through"),
    ("probes_missed", "count", "probes of the schedule that were not sent"),
    ("probe_lag_ms_p99", "ms", "99 %: how late probes were sent"),
    ("node_revocations", "count", "revocations times the nodes each had to reach"),
    ("broken_node_revocations", "count", "of these, the ones whose node broke the claim"),
    ("unrefused_node_revocations", "count", "those answered with errors instead of a refusal"),
    ("broken_limit_percent", "percent", "upper limit of the share of those"),
    ("accepts_after", "count", "requests accepted after the acknowledgement, a revocation"),
    ("probe_rate", "1/s", "requests to each node meanwhile"),
    ("relogin_ms", "ms", "when the same user logged in again, since the acknowledgement"),
    ("watched_s", "s", "every revocation was watched for at least so long"),
    ("revoke_ms_p50", "ms", "median time a revoke took to be acknowledged"),
    ("revoke_all_ms_p50", "ms", "the same for ending all of a subject"),
    ("revoke_key_ms_p50", "ms", "the same for retiring a signing key"),
    ("history_last_accept_ms", "ms", "the worst trial of the run, one node: its last accept"),
    ("history_first_reject_ms", "ms", "the worst trial of the run, one node: its first reject"),
)
OUTAGE = listed(
    "outage",
    ("valid_accept_rate", "percent", "valid credentials let in during the fault"),
    ("revoked_accept_rate", "percent", "revoked ones let in during the fault"),
    ("valid_accept_rate_after", "percent", "valid credentials let in after the recovery"),
    ("revoked_accept_rate_after", "percent", "revoked ones let in after the recovery"),
    ("recovery_s", "s", "time until answers were right again"),
    ("longest_ms", "ms", "the longest that a probe waited for its answer"),
    ("public_longest_ms", "ms", "the longest wait for a page that needs no store"),
    ("files_kept", "count", "open files of a node more than before a crowd came"),
    ("status", "code", "status given during the fault"),
)
