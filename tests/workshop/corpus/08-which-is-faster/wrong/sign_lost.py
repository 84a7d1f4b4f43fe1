"""The amount, without its sign and without a look at the noise."""

from statistics import median


def cost_us(control, again, arm):
    return abs(median(median(b) - median(a) for a, b in zip(control, arm, strict=False)))
