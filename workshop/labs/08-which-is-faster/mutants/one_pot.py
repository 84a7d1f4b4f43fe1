"""Medians, of everything in one pot."""

from statistics import median

TOLD = "slow minutes"


def cost_us(control, again, arm):
    pots = [[time for block in each for time in block] for each in (control, again, arm)]
    cost = median(pots[2]) - median(pots[0])
    noise = abs(median(pots[1]) - median(pots[0]))
    return cost if abs(cost) >= 2 * noise else None
