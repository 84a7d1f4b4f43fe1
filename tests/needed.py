"""What a machine may lack: tests that need it are skipped with the reason, but never in CI."""

from __future__ import annotations

import os
from typing import TypeVar

import pytest

T = TypeVar("T")


def needed(found: T | None, what: str, remedy: str) -> T:
    """Return *found*; where there is none skip the test, or fail it under `CI=true`."""
    if found is None:
        reason = f"{what} is not here: {remedy}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found
