"""A number, whatever it is worth."""

from statistics import median

TOLD = "identical"


def cost_us(control, again, arm):
    return median(median(b) - median(a) for a, b in zip(control, arm, strict=True))
