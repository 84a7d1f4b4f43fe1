"""With NumPy."""

import numpy as np


def cost_us(control, again, arm):
    base = np.array([np.median(block) for block in control])
    twin = np.array([np.median(block) for block in again])
    mine = np.array([np.median(block) for block in arm])
    cost = float(np.median(mine - base))
    return cost if abs(cost) >= 2 * np.abs(twin - base).max() else None
