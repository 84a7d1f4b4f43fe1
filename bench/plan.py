"""Plans: how long and how often each thing is measured, and how long that takes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

EXPERIMENTS = ("payload", "lookup", "revocation")

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

# What starting things costs, in seconds on two ordinary cores; for the forecast only.
_SERVICES_S = 1.5
_NODE_AND_GENERATOR_S = 2.2
_LOGIN_S = 0.03
_TURN_S = 0.6
_HOT_BLOCK_S = 1.0
_HOT_PROCESS_S = 0.2
_HOT_CALL_S = 0.0004
_TRIAL_S = 0.12
_PAYLOAD_S = 0.4


@dataclass(frozen=True)
class Plan:
    """Everything that decides how much is measured; a run records it whole."""

    name: str
    summary: str

    blocks: int
    """Lookup blocks; the server is restarted for each, and statistics are over blocks."""
    block_s: float
    """Measured seconds of one block, in which every request draws its arm at random."""
    warm_s: float
    """Seconds before that, driven alike and thrown away."""
    rate_share: float
    """The offered rate, as a share of what control can do in a closed loop.

    An arm with a store costs two to three times what control does, and the store shares the core:
    at twice this share the arms of one block would wait for each other.
    """
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

    revocation_nodes: int
    """App nodes that share a store."""
    revocation_trials: int
    """Revocations a scheme, at a random phase."""
    revocation_trials_adversarial: int
    """Revocations a scheme, each as soon as the credential was issued."""
    revocation_access_s: float
    """Lifetime of access tokens while revocation is measured: the claimed bound at expiry."""
    probe_interval_ms: float
    """Between two probes of one node."""

    payload_claims: tuple[int, ...]
    """How many claims, or lines in the cart, the growth of a request is measured at."""

    def forecasts_s(
        self, schemes: int, experiments: Collection[str] = EXPERIMENTS
    ) -> dict[str, float]:
        """About how many seconds each experiment takes over *schemes* schemes."""
        arms = schemes + 1  # control runs twice
        restart_s = _NODE_AND_GENERATOR_S + arms * 3 * self.logins * _LOGIN_S
        parts = {
            "payload": _PAYLOAD_S * schemes + 1.0,
            "lookup": self.blocks * (restart_s + self.warm_s + self.block_s)
            + self.separate_blocks * (restart_s + arms * (self.separate_s + _TURN_S))
            + self.hot_blocks
            * (_HOT_BLOCK_S + schemes * (_HOT_PROCESS_S + self.hot_calls * _HOT_CALL_S)),
            "revocation": _NODE_AND_GENERATOR_S
            + schemes * (self.revocation_trials + self.revocation_trials_adversarial) * _TRIAL_S
            + 4 * self.revocation_access_s,
        }
        return {name: parts[name] for name in EXPERIMENTS if name in experiments}

    def forecast_s(self, schemes: int, experiments: Collection[str] = EXPERIMENTS) -> float:
        """About how many seconds a run takes, without the report."""
        return _SERVICES_S + sum(self.forecasts_s(schemes, experiments).values())


SMOKE = Plan(
    name="smoke",
    summary="every step once, to see that it works; intervals are wide",
    blocks=4,
    block_s=3.5,
    warm_s=0.5,
    rate_share=0.15,
    rate_limit=1500.0,
    logins=1,
    separate_blocks=0,
    separate_s=0.0,
    separate_requests=0,
    hot_blocks=2,
    hot_pool=1_000,
    hot_calls=1_000,
    revocation_nodes=2,
    revocation_trials=9,
    revocation_trials_adversarial=3,
    revocation_access_s=2.0,
    probe_interval_ms=10.0,
    payload_claims=(0, 1, 4, 16),
)

STANDARD = Plan(
    name="standard",
    summary="enough blocks for intervals one can decide by",
    blocks=10,
    block_s=10.0,
    warm_s=1.0,
    rate_share=0.15,
    rate_limit=1500.0,
    logins=2,
    separate_blocks=3,
    separate_s=2.0,
    separate_requests=1_200,  # a p99 needs 1,000, and a Poisson count varies
    hot_blocks=6,
    hot_pool=10_000,
    hot_calls=5_000,
    revocation_nodes=2,
    revocation_trials=60,
    revocation_trials_adversarial=20,
    revocation_access_s=5.0,
    probe_interval_ms=10.0,
    payload_claims=(0, 1, 2, 4, 8, 16, 32, 64, 128),
)

PLANS = {plan.name: plan for plan in (SMOKE, STANDARD)}
