"""Never says anything, and so nothing wrong."""


def cost_us(control, again, arm):
    return None
