"""Within the block, but the mean of it."""

from statistics import mean, median

TOLD = "a few requests"


def cost_us(control, again, arm):
    cost = median(mean(b) - mean(a) for a, b in zip(control, arm, strict=True))
    return cost
