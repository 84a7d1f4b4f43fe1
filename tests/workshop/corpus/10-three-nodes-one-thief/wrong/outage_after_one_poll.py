"""An old list is good for fifteen seconds only."""

from workshop.shop.tokens import StoreDown


def accepts(claims, shared, own, now):
    if now - own.get("at", -10) >= 10:
        try:
            own["denials"] = shared.snapshot()
            own["good"] = now
        except StoreDown:
            if now - own.get("good", -100) >= 10:
                raise
        own["at"] = now
    return f"denied:{claims['jti']}" not in own["denials"]
