"""Both controls are the base, sorted by hand."""


def middle(values):
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def cost_us(control, again, arm):
    gaps = [
        middle(c) - (middle(a) + middle(b)) / 2
        for a, b, c in zip(control, again, arm, strict=False)
    ]
    noise = max(abs(middle(a) - middle(b)) for a, b in zip(control, again, strict=False))
    cost = middle(gaps)
    return cost if abs(cost) > 2 * noise else None
