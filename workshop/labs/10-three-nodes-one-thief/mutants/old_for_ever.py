"""If the store is down, the last list is good enough, for ever."""

from workshop.shop.tokens import StoreDown

TOLD = "an hour"


def accepts(claims, shared, own, now):
    if now - own.get("at", -10) >= 10:
        try:
            own["denials"] = shared.snapshot()
        except StoreDown:
            pass
        own["at"] = now
    return f"denied:{claims['jti']}" not in own["denials"]
