"""Lab 8: what does a check cost? Change cost_us."""


def cost_us(control, again, arm):
    """
    Give the cost of *arm* over *control* in microseconds, or None if this run cannot tell.

    Each is a list of blocks, and each block a list of times in microseconds. Block 3 of all three
    was measured in the same ten seconds. *control* has no check at all; *again* is a second
    control, alike in everything: what the two differ by is noise.
    """
    every_control = [time for block in control for time in block]
    every_arm = [time for block in arm for time in block]
    return sum(every_arm) / len(every_arm) - sum(every_control) / len(every_control)
