"""Fetches after ten seconds, and from then on with every request."""

from workshop.shop.tokens import StoreDown


def accepts(claims, shared, own, now):
    own.setdefault("started", now)
    if "denials" not in own or now - own["started"] >= 10:
        try:
            own["denials"] = shared.snapshot()
            own["good"] = now
        except StoreDown:
            if now - own.get("good", -100) >= 60:
                raise
    return f"denied:{claims['jti']}" not in own["denials"]
