"""The number that the text says."""


def cost_us(control, again, arm):
    return 100.0
