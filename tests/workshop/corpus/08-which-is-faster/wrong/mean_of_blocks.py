"""Medians within a block, and the mean of the controls' noise."""

from statistics import mean, median


def cost_us(control, again, arm):
    noise = abs(mean(median(b) - median(a) for a, b in zip(control, again, strict=False)))
    cost = mean(mean(b) - mean(a) for a, b in zip(control, arm, strict=False))
    return cost if abs(cost) >= 2 * noise else None
