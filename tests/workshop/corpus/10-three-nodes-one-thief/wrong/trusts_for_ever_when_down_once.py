"""An outage leaves a list that is never fetched again."""

from workshop.shop.tokens import StoreDown


def accepts(claims, shared, own, now):
    if not own.get("gave_up") and now - own.get("at", -10) >= 10:
        try:
            own["list"], own["at"] = shared.snapshot(), now
        except StoreDown:
            own["gave_up"] = True
    return f"denied:{claims['jti']}" not in own.get("list", {})
