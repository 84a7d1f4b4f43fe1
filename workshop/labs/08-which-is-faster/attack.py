"""A hostile reviewer hands over measurements whose truth she knows, because she made them."""

import random

from workshop.attacks.target import Outcome

BLOCKS = 12
TRUTH_US = 100.0


def made_up(seed, truth_us, lopsided=False, outliers=True, wobble=0.0):
    """
    Blocks of control, control again and an arm that costs *truth_us* more.

    The machine is slower in some blocks than in others. *lopsided*: the arm has more requests in
    the slow ones. *outliers*: a few requests wait very long, and chance gives them to the arm.
    """
    draw = random.Random(seed)
    control, again, arm = [], [], []
    for number in range(BLOCKS):
        base = 300 + 60 * (number % 4) + draw.uniform(0, 40)
        many, few = (120, 40) if number % 4 >= 2 else (40, 120)
        control.append(_times(draw, base, few if lopsided else 80, wobble))
        again.append(_times(draw, base, few if lopsided else 80, wobble))
        arm.append(_times(draw, base + truth_us, many if lopsided else 80, wobble))
        if outliers:
            arm[-1] += [draw.uniform(20_000, 60_000) for _ in range(2)]
    return control, again, arm


def _times(draw, base, count, wobble):
    mood = draw.uniform(-wobble, wobble)
    return [base + mood + draw.expovariate(1 / 20) for _ in range(count)]


def run(policy, seed):
    """Two identical arms: whoever finds a cost has found nothing."""
    story, wrong = [], 0
    for each in range(5):
        said = policy.cost_us(*made_up(seed + each, 0.0, wobble=8))
        wrong += said is not None
        words = "cannot tell" if said is None else f"{said:+.0f} us"
        story.append(f"two identical servers, run {each + 1}: {words}")
    if wrong:
        return Outcome("works", f"{wrong} of 5 runs found a difference where there is none.", story)
    return Outcome("blocked", "Nothing was claimed where there is nothing.", story)
