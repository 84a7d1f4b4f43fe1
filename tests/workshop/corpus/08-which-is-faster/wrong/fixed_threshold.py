"""Silent below 150 us, whatever the noise is."""

from statistics import median


def cost_us(control, again, arm):
    cost = median(median(b) - median(a) for a, b in zip(control, arm, strict=False))
    return cost if cost > 150 else None
