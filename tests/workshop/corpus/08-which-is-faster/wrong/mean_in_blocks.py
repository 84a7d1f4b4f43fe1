"""Means in each block."""

from statistics import mean, median


def cost_us(control, again, arm):
    d = [mean(b) - mean(a) for a, b in zip(control, arm, strict=True)]
    n = [mean(b) - mean(a) for a, b in zip(control, again, strict=True)]
    return median(d) if abs(median(d)) > 2 * max(map(abs, n)) else None
