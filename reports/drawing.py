"""Draws figures on as many cores as there are: each takes a third of a second or more."""

from __future__ import annotations

import gc
import multiprocessing
import os
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

T = TypeVar("T")

_drawers: list[Callable[[], object]] = []
"""In a child: what it may be asked to draw, which came with the fork and so need not be pickled."""


def on_all_cores(drawers: Sequence[Callable[[], T]]) -> list[T]:
    """Call each of *drawers* and give what they return, in their order; that must be picklable.

    One after the other where there is one core, or a system without fork.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if min(cores, len(drawers)) < 2:
        return [draw() for draw in drawers]
    with warnings.catch_warnings():
        # Newer Pythons warn of threads that a fork leaves behind: here the idle ones of a BLAS.
        warnings.simplefilter("ignore", DeprecationWarning)
        pool = ProcessPoolExecutor(
            min(cores, len(drawers)),
            mp_context=multiprocessing.get_context("fork"),
            initializer=_begin,
            initargs=(drawers,),
        )
        with pool:
            return list(pool.map(_draw, range(len(drawers))))  # type: ignore[arg-type]


def _begin(drawers: Sequence[Callable[[], object]]) -> None:
    _drawers.extend(drawers)
    gc.freeze()  # to look through all that came with the fork again and again takes a tenth


def _draw(place: int) -> object:
    return _drawers[place]()
