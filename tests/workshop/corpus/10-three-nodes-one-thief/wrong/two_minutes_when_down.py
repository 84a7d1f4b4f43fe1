"""Trusts an old list for two minutes."""

from workshop.shop.tokens import StoreDown


def accepts(claims, shared, own, now):
    if now - own.get("polled", -10) >= 10:
        try:
            own["list"], own["at"] = shared.snapshot(), now
        except StoreDown:
            if now - own.get("at", -1000) >= 120:
                raise
        own["polled"] = now
    return f"denied:{claims['jti']}" not in own["list"]
