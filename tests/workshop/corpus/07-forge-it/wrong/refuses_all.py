"""Nothing passes, so nothing forged does."""

from workshop.shop.jws import Refused


def verify(token, keys, now):
    raise Refused("no")
