"""One median of everything."""

from statistics import median


def cost_us(control, again, arm):
    every = [t for b in control for t in b]
    arms = [t for b in arm for t in b]
    noise = abs(median(t for b in again for t in b) - median(every))
    cost = median(arms) - median(every)
    return cost if abs(cost) > 2 * noise else None
