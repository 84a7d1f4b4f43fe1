"""What is reported of logins, in the words of OWASP's logging vocabulary; docs/audit-events.md."""

from __future__ import annotations

import logging
from enum import StrEnum
from typing import Any

logger = logging.getLogger("demo.authn")
logger.addHandler(logging.NullHandler())


class Event(StrEnum):
    """The events, by the name under which the audit log has them."""

    SUCCESS = "authn_login_success"
    SUCCESS_AFTER_FAIL = "authn_login_successafterfail"
    FAIL = "authn_login_fail"
    FAIL_MAX = "authn_login_fail_max"
    LOCK = "authn_login_lock"
    UNLOCK = "authn_login_unlock"
    PASSWORD_CHANGE = "authn_password_change"  # noqa: S105 - the name of an event
    PASSWORD_CHANGE_FAIL = "authn_password_change_fail"  # noqa: S105 - as above


_LEVELS = {
    Event.FAIL: logging.WARNING,
    Event.FAIL_MAX: logging.WARNING,
    Event.LOCK: logging.WARNING,
    Event.PASSWORD_CHANGE_FAIL: logging.CRITICAL,
}


def emit(event: Event, **facts: Any) -> None:
    """Report *event*; what is None is not known. Never give it a password or a part of one."""
    logger.log(_LEVELS.get(event, logging.INFO), event.value, extra={"facts": facts})
