"""Plans: how long and how often each thing is measured, and how long that takes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from .forecast import SERVICES_S, forecasts_s

EXPERIMENTS = ("payload", "lookup", "scale", "revocation", "outage")

USUAL_SCHEMES = (
    "control",
    "control-delay-100us",
    "session-cookie-memory",
    "session-cookie-sqlite",
    "session-cookie-redis",
    "session-bearer-redis",
    "token-bearer-hs256-expiry",
    "token-bearer-es256-expiry",
    "token-bearer-hs256-denylist-redis",
    "token-cookie-hs256-expiry",
)
"""Measured unless others are asked for: the controls, and from a session in memory to a token
that nobody can call back, with the transports told apart."""

FEW_SCHEMES = (
    "control",
    "control-delay-100us",
    "session-cookie-memory",
    "session-cookie-redis",
    "token-bearer-hs256-expiry",
    "token-bearer-hs256-denylist-redis",
    "token-cookie-hs256-expiry",
)
"""Of these, one of each kind, for a run that is to see that everything works."""

EVERY_FAULT = (
    "refused",
    "hung",
    "slow",
    "sigstop",
    "kill-keep",
    "kill-lose",
    "evict",
    "locked",
    "node-killed",
)


@dataclass(frozen=True)
class Plan:
    """Everything that decides how much is measured; a run records it whole."""

    name: str
    summary: str
    schemes: tuple[str, ...]
    """Measured unless others are asked for, besides the controls; `all`: every one there is."""
    again: str
    """A scheme with a store that is measured twice, as two arms; empty for none."""

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

    separate_blocks: int
    """Blocks in which each arm has the server to itself: for tails and for CPU a request."""
    separate_s: float
    """Measured seconds of each arm in such a block."""
    separate_requests: int
    """Requests of each arm in such a block, if those seconds are too few for them at the rate."""

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


SMOKE = Plan(
    name="smoke",
    summary="every step once, to see that it works; intervals are wide",
    schemes=FEW_SCHEMES,
    again="",
    blocks=3,
    block_s=2.5,
    warm_s=0.5,
    rate_share=0.25,
    high_blocks=1,
    high_block_s=2.0,
    high_share=0.7,
    rate_limit=1500.0,
    logins=1,
    separate_blocks=0,
    separate_s=0.0,
    separate_requests=0,
    hot_blocks=2,
    hot_pool=1_000,
    hot_calls=1_000,
    scale_schemes=(
        "session-cookie-redis",
        "token-bearer-hs256-expiry",
        "token-bearer-hs256-denylist-redis",
    ),
    scale_rounds=1,
    scale_calls=100,
    scale_rtts_ms=(0.0, 1.0),
    scale_far_s=0.2,
    scale_populations=(1_000, 10_000),
    scale_denied=(1_000, 10_000),
    scale_claims=(0, 30),
    scale_subject_sessions=(1, 10),
    scale_crowds=(1_000,),
    scale_fill_s=2.0,
    cross_check=False,
    revocation_nodes=3,
    revocation_trials=6,
    revocation_trials_adversarial=3,
    revocation_key_trials=1,
    revocation_access_s=2.0,
    probe_interval_ms=10.0,
    outage_faults=("refused", "kill-lose"),
    outage_rounds=1,
    outage_interval_ms=40.0,
    payload_claims=(0, 1, 4, 16),
)

STANDARD = Plan(
    name="standard",
    summary="enough blocks for intervals one can decide by",
    schemes=USUAL_SCHEMES,
    again="session-cookie-redis",
    blocks=10,
    block_s=6.0,
    warm_s=1.0,
    rate_share=0.25,
    high_blocks=4,
    high_block_s=4.0,
    high_share=0.7,
    rate_limit=1500.0,
    logins=2,
    separate_blocks=3,
    separate_s=1.6,
    separate_requests=1_200,  # a p99 needs 1,000, and a Poisson count varies
    hot_blocks=5,
    hot_pool=3_000,
    hot_calls=2_500,
    scale_schemes=(),
    scale_rounds=3,
    scale_calls=500,
    scale_rtts_ms=(0.0, 0.5, 1.0, 2.0, 5.0),
    scale_far_s=0.4,
    scale_populations=(1_000, 100_000, 1_000_000),
    scale_denied=(1_000, 10_000, 100_000),
    scale_claims=(0, 30, 100),
    scale_subject_sessions=(1, 10, 100),
    scale_crowds=(1_000, 100_000),
    scale_fill_s=14.0,
    cross_check=False,
    revocation_nodes=3,
    revocation_trials=36,
    revocation_trials_adversarial=20,
    revocation_key_trials=2,
    revocation_access_s=4.0,
    probe_interval_ms=10.0,
    outage_faults=EVERY_FAULT,
    outage_rounds=1,
    outage_interval_ms=40.0,
    # Dense where a token reaches the cookie's limit and the end of HPACK's table.
    payload_claims=(0, 1, 2, 4, 8, 16, 32, 64, 96, 112, 120, 128, 136, 144, 160, 192),
)

FULL = replace(
    STANDARD,
    name="full",
    summary="every scheme over every condition, for an hour: for what is to be published",
    schemes=("all",),
    cross_check=True,
    blocks=20,
    block_s=12.0,
    high_blocks=10,
    high_block_s=8.0,
    separate_blocks=4,
    hot_blocks=8,
    hot_pool=10_000,
    hot_calls=5_000,
    scale_rounds=6,
    scale_calls=1_000,
    scale_far_s=1.0,
    scale_claims=(0, 10, 30, 60, 100),
    scale_populations=(1_000, 10_000, 100_000, 1_000_000, 10_000_000),
    scale_denied=(1_000, 10_000, 100_000, 1_000_000),
    scale_subject_sessions=(1, 10, 100, 1_000),
    scale_crowds=(1_000, 100_000, 1_000_000),
    scale_fill_s=150.0,
    revocation_trials=100,  # three nodes: 300 node-revocations at a random phase alone
    revocation_trials_adversarial=40,
    revocation_key_trials=10,
    outage_rounds=2,
)

RIVALS = replace(
    STANDARD,
    name="rivals",
    summary="ours beside the libraries people would otherwise use (docs/rivals.md)",
    schemes=(
        "session-cookie-redis",
        "session-cookie-postgres",
        "token-bearer-hs256-expiry",
        "token-bearer-hs256-denylist-redis",
        "rivals",
    ),
    block_s=14.0,  # among so many arms each gets a smaller part of the requests
    high_blocks=0,
    separate_blocks=2,
    revocation_trials=24,
    revocation_trials_adversarial=0,
    revocation_key_trials=0,
    payload_claims=(0, 1, 4, 16),
    # A node of theirs cannot start without its store, and their records are not ours to copy.
    experiments=("payload", "lookup", "revocation"),
)

PLANS = {plan.name: plan for plan in (SMOKE, STANDARD, FULL, RIVALS)}
