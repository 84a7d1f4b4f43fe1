"""One block is as good as twelve."""

from statistics import median


def cost_us(control, again, arm):
    return median(arm[0]) - median(control[0])
