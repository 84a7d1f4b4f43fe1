"""The fastest of all: what is left is the true cost."""


def cost_us(control, again, arm):
    return min(min(block) for block in arm) - min(min(block) for block in control)
