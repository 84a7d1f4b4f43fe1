"""Policies from files: a learner's code as functions, whose mistakes become one clear line."""

from __future__ import annotations

import importlib.util
import itertools
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from ..shop.jws import Refused
from ..shop.small import DoesNotFit
from ..shop.tokens import StoreDown

MARKED = re.compile(r"^# INSECURE ON PURPOSE: (\S+)", re.MULTILINE)
EXPECTED = (Refused, StoreDown, DoesNotFit)
RETURNS: dict[tuple[str, int], type] = {
    ("credential_at_login", 3): str,
    ("set_cookie", 1): str,
    ("show_review", 1): str,
    ("content_policy", 0): str,
    ("verify", 3): dict,
    ("on_refresh", 3): str,
}
"""What the shop needs, by name and number of parameters; every other result may be any at all."""
_numbers = itertools.count()


class BrokenPolicy(Exception):
    """The file cannot be used; the message names the line and what is wrong there."""


class Watched:
    """A policy file as a module, which remembers what its functions stumbled over."""

    def __init__(self, module: ModuleType, path: Path) -> None:
        self._module = module
        self._path = self.path = path
        self.mistakes: list[str] = []
        found = MARKED.search(path.read_text(encoding="utf-8"))
        self.marker = found[1] if found else ""

    def __getattr__(self, name: str) -> Any:
        try:
            found = getattr(self._module, name)
        except AttributeError:
            raise BrokenPolicy(
                f"{self._path.name} has no {name}: python -m workshop reset gives it back"
            ) from None
        return self._watch(found) if callable(found) and not isinstance(found, type) else found

    def again(self) -> Watched:
        """Return the file loaded anew, as another process has it; the mistakes are one list."""
        other = load(self._path)
        other.mistakes = self.mistakes
        return other

    def _watch(self, function: Callable[..., Any]) -> Callable[..., Any]:
        line = getattr(getattr(function, "__code__", None), "co_firstlineno", 0)

        def watched(*args: Any, **named: Any) -> Any:
            try:
                result = function(*args, **named)
            except EXPECTED:
                raise
            except Exception as exc:
                self.mistakes.append(where(exc, self._path, line))
                raise
            if mistake := wrong_result(function.__name__, len(args), result):
                self.mistakes.append(f"{self._path.name}, line {line}: {mistake}")
            return result

        return watched


def wrong_result(name: str, parameters: int, result: object) -> str:
    """Return what is wrong with what the function *name* returned; empty if it can be used."""
    expected = RETURNS.get((name, parameters))
    if expected is None or isinstance(result, expected):
        return ""
    if result is None:
        return f"{name} returned None: is there a return at the end of every branch?"
    return f"{name} returned {type(result).__name__}, and the shop needs {expected.__name__}"


def load(path: Path) -> Watched:
    """The policy in *path*; BrokenPolicy if it cannot be read as Python."""
    return Watched(module_from(path), path)


def module_from(path: Path) -> ModuleType:
    """A file as a module of its own, whatever its folder is called."""
    if not path.is_file():
        raise BrokenPolicy(f"{path} is not there: python -m workshop reset puts it back")
    spec = importlib.util.spec_from_file_location(f"workshop_file_{next(_numbers)}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as exc:
        raise BrokenPolicy(f"{path.name}, line {exc.lineno}: {exc.msg}") from exc
    except (Exception, SystemExit) as exc:
        raise BrokenPolicy(where(exc, path)) from exc
    return module


def where(exc: BaseException, path: Path, line: int = 0) -> str:
    """An exception as one line: the place in *path*, or else *line*, and what is wrong there."""
    # A module's own file name is absolute, however the folder was named.
    names = (str(path), str(path.absolute()))
    frames = [f for f in traceback.extract_tb(exc.__traceback__) if f.filename in names]
    number = frames[-1].lineno if frames else line
    at = f", line {number}" if number else ""
    return f"{path.name}{at}: {type(exc).__name__}: {exc}"
