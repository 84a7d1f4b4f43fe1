"""A run to be measured in, of which a test needs only a part."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bench.context import Context
from bench.plans import STANDARD
from bench.records import Arm


def a_context(arms: Sequence[str] = (), **known: Any) -> Context:
    """One of schemes that are named in *arms*; what is not *known* must not be asked for."""
    given: dict[str, Any] = {
        "folder": Path(),
        "run": SimpleNamespace(arms=[Arm(name=name, scheme=name) for name in arms]),
        "plan": STANDARD,
        "services": None,
        "seed": 1,
        "progress": None,
        "schemes": [],
        "placement": None,
    }
    return Context(**{**given, **known})
