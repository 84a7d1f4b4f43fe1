"""In an outage everybody is refused."""

from workshop.shop.tokens import StoreDown


def log_out(claims, shared, own):
    shared["out/" + claims["jti"]] = 1


def accepts(claims, shared, own, now):
    try:
        return shared.get("out/" + claims["jti"], 0) == 0
    except StoreDown:
        return False
