"""Names to schemes, over the entry-point group that a stranger's package adds to as we do."""

from __future__ import annotations

import difflib
from importlib.metadata import EntryPoint, entry_points

from .auth import Scheme, SchemeFactory, Settings

GROUP = "sessions_or_tokens.schemes"


class UnknownScheme(ValueError):
    """No installed package has a scheme of that name."""

    def __init__(self, name: str) -> None:
        near = difflib.get_close_matches(name, names(), n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(names())}"
        super().__init__(f"no scheme is named {name!r}; {hint}")


def names() -> list[str]:
    """Give the names of every installed scheme, in order."""
    return sorted(_installed())


def build(name: str, settings: Settings) -> Scheme:
    """
    Give the scheme *name*.

    Raises UnknownScheme, or ValueError with the remedy if it cannot be built from *settings*.
    """
    point = _installed().get(name)
    if point is None:
        raise UnknownScheme(name)
    try:
        factory: SchemeFactory = point.load()
    except (ImportError, AttributeError) as exc:
        raise ValueError(f"scheme {name} cannot be loaded from {point.value}: {exc}") from exc
    return factory(settings)


def _installed() -> dict[str, EntryPoint]:
    # Reversed, so that the first on the path wins, as it does for imports.
    return {point.name: point for point in reversed(tuple(entry_points(group=GROUP)))}
