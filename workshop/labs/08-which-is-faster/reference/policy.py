"""Lab 8, reference: medians, compared within a block, and nothing said that is smaller than noise."""

from statistics import median


def over(control, other):
    """What *other* costs more, from block to block: the machine's mood is the same in both."""
    return [median(b) - median(a) for a, b in zip(control, other, strict=True)]


def cost_us(control, again, arm):
    """The median of the differences; None if it is less than twice what noise alone gives."""
    cost = median(over(control, arm))
    noise = max(abs(difference) for difference in over(control, again))
    return cost if abs(cost) >= 2 * noise else None
