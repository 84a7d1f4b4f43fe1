"""How long a plan takes: what a user is told before it begins, and nothing is measured by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .outage.faults import FAULTS

if TYPE_CHECKING:
    from .plan import Plan

# What starting things costs, in seconds on two ordinary cores; for the forecast only.
SERVICES_S = 1.5
_NODE_AND_GENERATOR_S = 1.3
_CAPACITY_S = 2.5
_REHEARSAL_STEPS = 4
_REHEARSAL_GAP_S = 0.3
_LOGIN_S = 0.004
_TURN_S = 0.6
_HOT_BLOCK_S = 1.0
_HOT_PROCESS_S = 0.2
_HOT_CALL_S = 0.00015
_HOT_ISSUE_S = 0.00015
_WALK_S = 0.6
_ROUND_S = 0.15
_SCALE_CALL_S = 0.00015
_FARTHER_S = 1.0
_FILL_S = 0.000012
_TRIAL_S = 0.08
_VIGIL_S = 2.0
_PAYLOAD_S = 0.4
_CLAIMS_S = 0.08
_PEERS_S = 4.0
_RESTART_S = 0.8
_MOUNT_S = 0.08
_KEYS_TOGETHER = 4
_OUTAGE_START_S = 2.0
_FAULT_S = 4.8
_FAULTY_TOGETHER = 8
_CROWDED_S = 4.5
"""Each scheme alone, under the one fault with a crowd that applies to it."""
_CONTROLS = 2
_JOURNEY_REQUESTS = 20
"""For each event of a batch, those of its bases included."""
_REQUEST_S = 0.001
_JOURNEY_REHEARSAL_S = 0.15
_JOURNEY_START_S = 2.0
_JOURNEY_WARM_S = 2.5


def forecasts_s(plan: Plan, schemes: int) -> dict[str, float]:
    """About how many seconds each experiment takes over *schemes* schemes."""
    arms = schemes + 1 + len(plan.again)  # control runs twice, and so do these
    hot_s = plan.hot_pool * _HOT_ISSUE_S + plan.hot_calls * _HOT_CALL_S
    restart_s = _NODE_AND_GENERATOR_S + arms * 3 * plan.logins * _LOGIN_S
    return {
        "payload": max((_PAYLOAD_S + _CLAIMS_S * len(plan.payload_claims)) * schemes, _PEERS_S),
        "lookup": _rates_s(plan, arms)
        + plan.blocks * (restart_s + plan.warm_s + plan.block_s)
        + plan.high_blocks * (restart_s + plan.warm_s + plan.high_block_s)
        + plan.far_blocks * (restart_s + _FARTHER_S + plan.warm_s + plan.far_block_s)
        + plan.truth_blocks * (restart_s + plan.warm_s + plan.truth_s)
        + plan.separate_blocks * (restart_s + arms * (plan.separate_s + _TURN_S))
        + plan.hot_blocks * (_HOT_BLOCK_S + schemes * (_HOT_PROCESS_S + hot_s)),
        "scale": _scale_s(plan, schemes),
        "journey": _journey_s(plan, schemes),
        "revocation": _NODE_AND_GENERATOR_S
        + max(_turns_s(plan, schemes), plan.revocation_watch_s + _VIGIL_S)
        + _keys_s(plan, schemes),
        "outage": _OUTAGE_START_S
        + plan.outage_rounds
        * max(1, -(-(schemes - _CONTROLS) // _FAULTY_TOGETHER))
        * (_NODE_AND_GENERATOR_S + len(plan.outage_faults) * _FAULT_S)
        + plan.outage_rounds
        * (schemes - _CONTROLS)
        * (_CROWDED_S if any(FAULTS[name].crowd for name in plan.outage_faults) else 0.0),
    }


def _rates_s(plan: Plan, arms: int) -> float:
    steps_s = _REHEARSAL_STEPS * (min(0.8, plan.high_block_s / 2) + _REHEARSAL_GAP_S)
    starts_s = _NODE_AND_GENERATOR_S + arms * 3 * _LOGIN_S + _CAPACITY_S
    return starts_s + (steps_s if plan.high_blocks else 0.0)


def _turns_s(plan: Plan, schemes: int) -> float:
    """One scheme after another; of three one waits for expiry."""
    trials = plan.revocation_trials + 2 * plan.revocation_trials_adversarial
    return schemes * (trials * _TRIAL_S + (2 * plan.revocation_access_s + 1) / 3)


def _journey_s(plan: Plan, schemes: int) -> float:
    """Few schemes have work in the background, so the starts of their nodes are left out."""
    each_s = plan.journey_events * _JOURNEY_REQUESTS * _REQUEST_S
    prices_s = max(1, schemes - _CONTROLS) * (plan.journey_rounds * each_s + _JOURNEY_REHEARSAL_S)
    lives = len(plan.journey_points) * len(plan.journey_schemes)
    lives_s = lives * (_JOURNEY_START_S + _JOURNEY_WARM_S + plan.journey_s)
    return 2 * _NODE_AND_GENERATOR_S + prices_s + lives_s


def _keys_s(plan: Plan, schemes: int) -> float:
    """Two schemes in three sign; some lose their keys together, and every node starts again."""
    groups = -(-((schemes - _CONTROLS) * 2 // 3) // _KEYS_TOGETHER)
    restart_s = _RESTART_S + schemes * _MOUNT_S
    return plan.revocation_key_trials * groups * plan.revocation_nodes * restart_s


def _scale_s(plan: Plan, schemes: int) -> float:
    """Of two schemes in three, one has a store of its own, and half of these are far."""
    chosen = len(plan.scale_schemes) or max(1, (schemes - _CONTROLS) * 2 // 3)
    walks_s = _WALK_S + plan.scale_rounds * (_ROUND_S + 4 * plan.scale_calls * _SCALE_CALL_S)
    far = len(plan.scale_rtts_ms) - 1
    far_s = far * (_FARTHER_S + plan.scale_rounds * plan.scale_far_s)
    filled = [n for n in plan.scale_populations if n * _FILL_S <= plan.scale_fill_s]
    return chosen * (3 * walks_s + far_s / 3 + sum(filled) * _FILL_S)
