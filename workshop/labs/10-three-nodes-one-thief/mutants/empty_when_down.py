"""If the store is down, go on with an empty list."""

from workshop.shop.tokens import StoreDown

TOLD = "empty list"


def accepts(claims, shared, own, now):
    if now - own.get("at", -10) >= 10:
        try:
            own["denials"] = shared.snapshot()
        except StoreDown:
            own["denials"] = {}
        own["at"] = now
    return f"denied:{claims['jti']}" not in own["denials"]
