"""What a scheme does not claim, as its adapter says; ours claim everything."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from importlib.metadata import entry_points

from demo.auth import Scheme
from demo.schemes import GROUP

from .interface import Rival


def rival_of(name: str) -> Rival | None:
    """The library that the scheme *name* is of; None for one of ours."""
    for point in entry_points(group=GROUP):
        if point.name == name and point.extras:
            found = getattr(importlib.import_module(point.module), "RIVALS", {}).get(name)
            return found if isinstance(found, Rival) else None
    return None


def claims_not(scheme: Scheme) -> Mapping[str, str]:
    """Promises that the library of *scheme* does not make, and why."""
    rival = rival_of(scheme.name)
    return rival.claims_not if rival else {}
