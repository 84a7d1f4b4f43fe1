"""Never comes back after an outage."""

from workshop.shop.tokens import StoreDown


def accepts(claims, shared, own, now):
    if own.get("gave_up"):
        raise StoreDown
    if now - own.get("at", -10) >= 10:
        try:
            own["denials"] = shared.snapshot()
            own["good"] = now
        except StoreDown:
            if now - own.get("good", -100) >= 60:
                own["gave_up"] = True
                raise
        own["at"] = now
    return f"denied:{claims['jti']}" not in own["denials"]
