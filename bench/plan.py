"""A plan: what decides how much is measured, and how long that takes; plans.py has ours."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from .forecast import SERVICES_S, forecasts_s

EXPERIMENTS = ("payload", "lookup", "scale", "journey", "revocation", "outage")
ORDER = ("payload", "lookup", "scale", "journey", "lookup", "revocation", "outage", "lookup")
"""In which order they are carried out. The blocks of lookup lie all over the run: a machine that is
slow for minutes is not slow for all of them, and two runs in a row are more alike."""


@dataclass(frozen=True)
class Plan:
    """Everything that decides how much is measured; a run records it whole."""

    name: str
    summary: str
    schemes: tuple[str, ...]
    """Measured unless others are asked for, besides the controls; `all`: every one there is."""
    again: tuple[str, ...]
    """Schemes that are measured twice, as two arms each: one of a kind, for its noise floor."""

    blocks: int
    """Lookup blocks; the server is restarted for each, and statistics are over blocks."""
    block_s: float
    """Measured seconds of one block, in which every request draws its arm at random."""
    warm_s: float
    """Seconds before that, driven alike and thrown away."""
    rate_share: float
    """The offered rate of the blocks at `low` load, as a share of what the arms together can do in
    a closed loop; docs/decisions has why it is not a share of what control alone can do."""
    high_blocks: int
    """Blocks at `high` load; their seconds are `high_block_s`."""
    high_block_s: float
    high_share: float
    """As `rate_share`, for the blocks at `high` load."""
    rate_limit: float
    """Requests a second never offered more than: what one generator process can time well."""
    logins: int
    """Credentials of each of the three accounts and each arm."""

    far_blocks: int
    """Blocks at `low` load with every networked store `far_rtt_ms` away."""
    far_block_s: float
    """Measured seconds of each of them."""
    far_rtt_ms: float
    """Round trip that is added between app and store in them."""

    separate_blocks: int
    """Blocks in which each arm has the server to itself: for tails and for CPU a request."""
    separate_s: float
    """Measured seconds of each arm in such a block."""
    separate_requests: int
    """Requests of each arm in such a block, if those seconds are too few for them at the rate."""

    truth_blocks: int
    """Blocks of known truths, which the instrument must find again."""
    truth_s: float
    """Measured seconds of each of them."""

    hot_blocks: int
    """Fresh processes of each scheme that call verify without HTTP."""
    hot_pool: int
    """Credentials in the pool of such a process: more than any cache near the processor holds."""
    hot_calls: int
    """Calls measured in such a process, after a tenth as many to warm up."""

    scale_schemes: tuple[str, ...]
    """Measured over conditions; empty, or none of them in the run: every scheme of the run."""
    scale_rounds: int
    """Processes that call verify at every point of a scheme, one after the other."""
    scale_calls: int
    """Calls at a point in each of them, each of another login where there are so many."""
    scale_rtts_ms: tuple[float, ...]
    """Round trips added between app and store; the first is 0, the store where it is."""
    scale_far_s: float
    """Seconds at most that calls at one point wait for a store far away, in a round."""
    scale_populations: tuple[int, ...]
    """Live logins."""
    scale_denied: tuple[int, ...]
    """Live denials."""
    scale_claims: tuple[int, ...]
    """Claims in a token, or data in a session, besides what is in every one."""
    scale_subject_sessions: tuple[int, ...]
    """Logins of a subject that are all ended at once."""
    scale_crowds: tuple[int, ...]
    """Live logins of others meanwhile."""
    scale_fill_s: float
    """Conditions whose logins take longer to write are left out, and that is said."""

    journey_rounds: int
    """How often the price of every event is taken; intervals are over rounds."""
    journey_events: int
    """Events in a batch."""
    journey_idle_s: float
    """Seconds for which a node with background work is watched while nobody asks."""
    journey_points: tuple[float, ...]
    """Requests for each life of a token, at which whole journeys are measured."""
    journey_s: float
    """Measured seconds of each of them."""
    journey_schemes: tuple[str, ...]
    """Whose journeys are measured whole; the prices are taken of every scheme."""

    cross_check: bool
    """Whether h2load is asked, on `control`, if it sees what our generator sees."""

    revocation_nodes: int
    """App nodes that share a store."""
    revocation_trials: int
    """Revocations a scheme, at a random phase."""
    revocation_trials_adversarial: int
    """Revocations a scheme, each as soon as the credential was issued."""
    revocation_key_trials: int
    """How often the signing keys are lost, for all schemes that sign at once."""
    revocation_access_s: float
    """Lifetime of access tokens while revocation is measured: the claimed bound at expiry."""
    revocation_watch_s: float
    """How long a revoked login of each scheme is used on, beside the others; 0: no longer."""
    revocation_longest_s: float
    """How much of a claimed bound is waited for."""
    probe_interval_ms: float
    """Between two probes of one node."""

    outage_faults: tuple[str, ...]
    """What happens to the stores and to a node; bench/outage/faults.py has each by its name."""
    outage_rounds: int
    """How often each fault happens."""
    outage_interval_ms: float
    """Between two requests to one node under one scheme."""

    payload_claims: tuple[int, ...]
    """How many claims, or lines in the cart, the growth of a request is measured at."""

    experiments: tuple[str, ...] = EXPERIMENTS
    """Carried out unless others are asked for."""

    def forecasts_s(
        self, schemes: int, experiments: Collection[str] = EXPERIMENTS
    ) -> dict[str, float]:
        """About how many seconds each experiment takes over *schemes* schemes."""
        return {
            name: seconds
            for name, seconds in forecasts_s(self, schemes).items()
            if name in experiments
        }

    def forecast_s(self, schemes: int, experiments: Collection[str] = EXPERIMENTS) -> float:
        """About how many seconds a run takes, without the report."""
        return SERVICES_S + sum(self.forecasts_s(schemes, experiments).values())
