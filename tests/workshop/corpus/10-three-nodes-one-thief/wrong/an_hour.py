"""Fetch the list again after an hour."""

from workshop.shop.tokens import StoreDown


def accepts(claims, shared, own, now):
    if now - own.get("at", -3600) >= 3600:
        try:
            own["denials"] = shared.snapshot()
            own["at"] = now
        except StoreDown:
            if now - own.get("at", 0) >= 3660:
                raise
    return f"denied:{claims['jti']}" not in own["denials"]
