"""Fetch the list again after twelve seconds."""

from workshop.shop.tokens import StoreDown


def accepts(claims, shared, own, now):
    if now - own.get("at", -12) >= 12:
        try:
            own["denials"] = shared.snapshot()
            own["good"] = now
        except StoreDown:
            if now - own.get("good", -100) >= 60:
                raise
        own["at"] = now
    return f"denied:{claims['jti']}" not in own["denials"]
