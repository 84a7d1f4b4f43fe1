"""A login is a family: the family is named, not the token."""


def log_out(claims, shared, own):
    shared[f"family:{claims['family']}"] = True


def accepts(claims, shared, own, now):
    return f"family:{claims['family']}" not in shared
