"""Too old a list refuses instead of raising."""

from workshop.shop.tokens import StoreDown

POLL, TOO_OLD = 10.0, 60.0


def accepts(claims, shared, own, now):
    age = now - own["at"] if "at" in own else float("inf")
    if age >= POLL:
        try:
            own["denials"], own["at"], age = shared.snapshot(), now, 0.0
        except StoreDown:
            pass
    return age < TOO_OLD and f"denied:{claims['jti']}" not in own["denials"]
