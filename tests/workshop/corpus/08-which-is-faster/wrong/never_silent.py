"""Medians in blocks, and always a number."""

from statistics import mean, median


def cost_us(control, again, arm):
    return median(median(b) - median(a) for a, b in zip(control, arm, strict=True)) or mean([0])
