"""Medians within a block, the mean of the differences, and the spread of the controls."""

from statistics import mean, median


def cost_us(control, again, arm):
    differences = [median(b) - median(a) for a, b in zip(control, arm, strict=True)]
    noise = [abs(median(b) - median(a)) for a, b in zip(control, again, strict=True)]
    cost = mean(differences)
    return None if abs(cost) < 2 * max(noise) else cost
