"""One list for all, read and written back whole."""


def log_out(claims, shared, own):
    denied = list(shared.get("denied", []))
    denied.append(claims["jti"])
    shared["denied"] = denied


def accepts(claims, shared, own, now):
    return claims["jti"] not in shared.get("denied", [])
