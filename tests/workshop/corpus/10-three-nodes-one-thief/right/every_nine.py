"""Every nine seconds is inside the bound, and cheap enough."""

from workshop.shop.tokens import StoreDown


def accepts(claims, shared, own, now):
    last, denials = own.get("list", (None, None))
    if last is None or now >= last + 9:
        try:
            last, denials = own["list"] = (now, shared.snapshot())
        except StoreDown:
            if last is None or now >= last + 60:
                raise
    return ("denied:" + claims["jti"]) not in denials
