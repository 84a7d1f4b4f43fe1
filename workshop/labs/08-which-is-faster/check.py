"""Judge lab 8: measurements whose truth is known, from three seeds' worth of machines."""

from pathlib import Path

from workshop.runner.loading import module_from
from workshop.runner.verdict import Verdict

attack = module_from(Path(__file__).with_name("attack.py"))
RUNS = 20


def check(policy, seed):
    """Slow minutes, lonely outliers, identical servers, and a cost that is really there."""
    verdict = Verdict()
    seeds = [seed * 1000 + number for number in range(RUNS)]
    lopsided = _errors(policy, [attack.made_up(s, 100.0, True, outliers=False) for s in seeds])
    verdict.attack(
        "a machine that is slow at times",
        lopsided <= 10,
        f"One arm had more requests in the slow minutes, and was charged {lopsided:.0f} us for it.",
        "Compare within a block first, and over the blocks afterwards.",
    )
    outliers = _errors(policy, [attack.made_up(s, 100.0) for s in seeds])
    verdict.attack(
        "two lonely outliers in a block",
        outliers <= 10,
        f"Because a few requests waited long, you are {outliers:.0f} us from the truth.",
        "A mean is at the mercy of its largest value: take the median.",
    )
    claims = [policy.cost_us(*attack.made_up(s, 0.0, wobble=8)) for s in seeds]
    wrong = sum(claim is not None for claim in claims)
    verdict.attack(
        "two identical servers",
        wrong <= 1,
        f"In {wrong} of {RUNS} runs you claimed a cost between two identical servers.",
        "Give None where the cost is less than twice what control and control again differ by.",
    )
    found = [policy.cost_us(*attack.made_up(s, 100.0, wobble=8)) for s in seeds]
    silent = sum(each is None for each in found)
    verdict.users(
        "a cost that is there",
        silent <= 2,
        f"The arm costs 100 us more, and in {silent} of {RUNS} runs you said that you cannot tell.",
        "Be silent only where the cost is less than twice the noise.",
    )
    verdict.cost("what the checks cost on your own machine: python -m workshop measure 8")
    return verdict


def _errors(policy, runs):
    """How far from the truth, over the runs; what was not said does not count."""
    said = [policy.cost_us(*run) for run in runs]
    far = [abs(each - attack.TRUTH_US) for each in said if each is not None]
    return sum(far) / len(far) if far else 0.0
