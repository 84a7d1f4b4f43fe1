"""Names to schemes, over the entry-point group that a stranger's package adds to as we do."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from .auth import Scheme, SchemeFactory, Settings

GROUP = "sessions_or_tokens.schemes"
TABLES = "sessions_or_tokens.tables"
"""Entry points that each name many schemes: a mapping from their names to their factories."""


class UnknownScheme(ValueError):
    """No installed package has a scheme of that name."""

    def __init__(self, name: str) -> None:
        near = difflib.get_close_matches(name, every_name(), n=3, cutoff=0.5)
        hint = nearest(name, near or names())
        super().__init__(f"no scheme is named {name!r}; {hint}")


def nearest(name: str, known: Sequence[str]) -> str:
    """Return `did you mean x?` where a name is near, else the list of all, as a remedy."""
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known)}"


def names(extra: str = "") -> list[str]:
    """
    Give the names of the installed schemes, in order: those that need no extra, or *extra*.

    An entry point that ends in `[rivals]`, say, is listed only for those who ask for rivals;
    `build` knows every one. A table of schemes is asked for by its name in the same way: `grid`,
    `teaching`.
    """
    if extra in _tables():
        return sorted(_table(extra))
    wanted = [extra] if extra else []
    return sorted(name for name, point in _installed().items() if point.extras == wanted)


def every_name() -> list[str]:
    """Return every name that `build` knows, in order, but for those that need an extra."""
    return sorted({*names(), *(name for table in _tables() for name in _table(table))})


def build(name: str, settings: Settings) -> Scheme:
    """
    Give the scheme *name*.

    Raises UnknownScheme, or ValueError with the remedy if it cannot be built from *settings*.
    """
    point = _installed().get(name)
    if point is None:
        return _from_table(name)(settings)
    try:
        factory: SchemeFactory = point.load()
    except (ImportError, AttributeError) as exc:
        remedy = (
            f"; it needs an extra: pip install '.[{','.join(point.extras)}]'"
            if point.extras
            else ""
        )
        raise ValueError(
            f"scheme {name} cannot be loaded from {point.value}: {exc}{remedy}"
        ) from exc
    return factory(settings)


def build_mount(alias: str, name: str, settings: Settings, *, site: bool) -> Scheme:
    """Return the scheme *name* as `build` does, kept apart from others under *alias*."""
    mount = alias if site or alias != name else ""
    return build(name, replace(settings, mount=mount))


def _from_table(name: str) -> SchemeFactory:
    for table in _tables():
        found = _table(table).get(name)
        if found is not None:
            return found
    raise UnknownScheme(name)


def _table(name: str) -> Mapping[str, SchemeFactory]:
    found: Mapping[str, SchemeFactory] = _tables()[name].load()
    return found


def _tables() -> Mapping[str, EntryPoint]:
    return _points(TABLES, tuple(sys.path))


def _installed() -> Mapping[str, EntryPoint]:
    return _points(GROUP, tuple(sys.path))


@lru_cache(maxsize=8)
def _points(group: str, path: tuple[str, ...]) -> Mapping[str, EntryPoint]:  # noqa: ARG001 - the key
    """What is installed on *path*; looked up once, since that reads a file of every package."""
    # Reversed, so that the first on the path wins, as it does for imports.
    return {point.name: point for point in reversed(tuple(entry_points(group=group)))}
