"""Interrupt a call at every point, one after the other, and look at what is left behind.

A signal handler that raises, a Ctrl-C in a notebook and a soft time limit end a call between any
two steps. The points here are the lines, or the bytecode instructions, of chosen packages.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest


class Interrupted(BaseException):
    """What is raised in the middle of the call."""


THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"


def every_point(
    call: Callable[[], object], *packages: str, opcodes: bool = False, stride: int = 1
) -> Iterator[str]:
    """Run *call* again and again, each time interrupted later; yield where it was.

    Ends after the first run that came to its end. Points lie in modules whose name begins with
    one of *packages*. The caller checks, after each yield, what the interruption left behind.
    *stride* leaves out all points but one in so many, unless the profile is `thorough`.
    """
    point = 0
    if THOROUGH:
        stride = 1
    if opcodes and sys.version_info >= (3, 13):
        pytest.skip("Python 3.13 does not report the instructions of code that has run before")
    while True:
        where = _interrupted_at(point, call, packages, opcodes)
        if where is None:
            return
        yield where
        point += stride


def _interrupted_at(
    point: int, call: Callable[[], object], packages: tuple[str, ...], opcodes: bool
) -> str | None:
    left = point
    where: str | None = None

    def inside(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left, where
        if event == "opcode" or (event == "line" and not opcodes):
            if left == 0:
                where = f"{frame.f_globals.get('__name__')}:{frame.f_lineno}"
                left = -1
                sys.settrace(None)
                raise Interrupted(where)
            left -= 1
        return inside

    def entering(frame: FrameType, _event: str, _: object) -> Any:
        if where is not None or not str(frame.f_globals.get("__name__")).startswith(packages):
            return None
        frame.f_trace_opcodes = opcodes
        return inside

    before = sys.gettrace()
    sys.settrace(entering)
    try:
        call()
    except Interrupted:
        pass
    finally:
        sys.settrace(before)
    return where
