"""A run to be measured in, of which a test needs only a part."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bench.context import Context
from bench.plans import STANDARD
from bench.records import Arm
from demo.schemes import every_name
from tests.schemes import arm


def _arm(name: str) -> Arm:
    return arm(name) if name in every_name() else Arm(name=name, scheme=name)


def a_context(arms: Sequence[str] = (), **known: Any) -> Context:
    """One of schemes that are named in *arms*; what is not *known* must not be asked for."""
    given: dict[str, Any] = {
        "folder": Path(),
        "run": SimpleNamespace(arms=[_arm(name) for name in arms]),
        "plan": STANDARD,
        "services": None,
        "seed": 1,
        "progress": None,
        "schemes": [],
        "placement": None,
    }
    return Context(**{**given, **known})
