"""Every second: many more trips than needed, and a window of a second."""

from workshop.shop.tokens import StoreDown


def accepts(claims, shared, own, now):
    if now - own.get("asked_at", 0) >= 1:
        own["asked_at"] = now
        try:
            own["denials"] = shared.snapshot()
            own["fetched_at"] = now
        except StoreDown:
            if now - own.get("fetched_at", 0) > 60:
                own["asked_at"] = 0
                raise
    return f"denied:{claims['jti']}" not in own["denials"]
