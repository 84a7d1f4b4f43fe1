"""Ask the store for a token the first time, and remember yes and no for good."""


def accepts(claims, shared, own, now):
    key = f"denied:{claims['jti']}"
    if key not in own:
        own[key] = key in shared
    return not own[key]
