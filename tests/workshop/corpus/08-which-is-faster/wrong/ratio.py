"""A ratio instead of a difference."""

from statistics import median


def cost_us(control, again, arm):
    cost = median(median(b) / median(a) for a, b in zip(control, arm, strict=False))
    noise = max(abs(median(b) / median(a) - 1) for a, b in zip(control, again, strict=False))
    return cost if abs(cost - 1) >= 2 * noise else None
