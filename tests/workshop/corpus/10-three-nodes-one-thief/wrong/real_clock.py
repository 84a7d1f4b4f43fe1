"""Looks at the machine's clock, and not at the one that was given."""

import time

from workshop.shop.tokens import StoreDown


def accepts(claims, shared, own, now):
    now = time.time()
    if now - own.get("at", 0) >= 10:
        try:
            own["denials"] = shared.snapshot()
            own["good"] = now
        except StoreDown:
            if now - own.get("good", 0) >= 60:
                raise
        own["at"] = now
    return f"denied:{claims['jti']}" not in own["denials"]
