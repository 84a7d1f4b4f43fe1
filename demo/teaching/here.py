"""Whether a request came from this machine, for this machine."""

from __future__ import annotations

from flask import Request

from ..loopback import refuse_strangers
from ..problems import Problem


def is_from_here(request: Request) -> bool:
    """Whether it did, by the rule that keeps leaky transports here too."""
    try:
        refuse_strangers(request)
    except Problem:
        return False
    return True
