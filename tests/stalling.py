"""A store in front of another, which lets something happen in the middle of an operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Stalling:
    """Does what *store* does; *verb* is answered only after *meanwhile* has happened.

    So a node stands still between what the store did for it and what it does next.
    """

    def __init__(self, store: Any, verb: str, meanwhile: Callable[[], object]) -> None:
        self._store = store
        self._verb = verb
        self._meanwhile = meanwhile

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if name != self._verb:
            return found

        def call(*arguments: Any, **options: Any) -> Any:
            answer = found(*arguments, **options)
            self._meanwhile()
            return answer

        return call
