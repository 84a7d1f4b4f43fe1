"""Who calls, as far as the monitor looks, and the alarms that were raised over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from demo.auth import Client

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36"
HERE = Client("192.0.2.1", FIREFOX)


@dataclass(frozen=True)
class Caller:
    """An identity, as far as the monitor looks."""

    handle: str = "h1"
    subject: str | None = "alice"
    created_at: float = 0.0
    expires_at: float = 0.0
    data: Mapping[str, Any] = field(default_factory=dict)


def names(alarms: list[Any]) -> list[str]:
    return [alarm.rule for alarm in alarms]
