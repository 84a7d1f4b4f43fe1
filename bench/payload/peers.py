"""What the servers and the browser at either end of the wire take of a header, as cells."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ..processes.children import BenchError
from ..records import Cell
from .browser import find_chromium, silent_cookie
from .echo import SERVERS
from .header_limits import find_header_limit

ARM = "control"
"""No scheme's own: it is the same for all."""


def server_cell(server: str, folder: Path) -> Cell:
    """How large a header *server* takes; the reason, and no figures, if it cannot be asked."""
    try:
        limit = find_header_limit(server, folder)
    except BenchError as exc:
        return _cell({"server": server, "skipped": str(exc)}, {})
    if limit is None:
        return _cell({"server": server, "skipped": f"{server} is not installed"}, {})
    figures = {
        "header_field_limit_bytes": float(limit.field_bytes),
        "status_beyond": float(limit.field_status),
        "headers_limit_bytes": float(limit.sum_bytes),
        "headers_status_beyond": float(limit.sum_status),
    }
    return _cell({"server": server, "version": limit.version}, figures)


def browser_cell() -> Cell:
    """From which size on Chromium drops a cookie; the reason, and no figures, if skipped."""
    program = find_chromium()
    if program is None:
        return _cell({"browser": "chromium", "skipped": "no chromium on the path"}, {})
    try:
        limit = silent_cookie(program)
    except BenchError as exc:
        # No part of the bench itself: a container may well forbid a browser what it needs.
        return _cell({"browser": "chromium", "skipped": str(exc)}, {})
    kept = "yes" if limit.kept_old else "no"
    labels = {"browser": "chromium", "version": limit.version, "kept_old": kept}
    return _cell(labels, {"silent_cookie_bytes": float(limit.bytes)})


def peer_cells(folder: Path) -> Iterator[Cell]:
    """
    Every server's cell and the browser's, without IDs; logs are in *folder*.

    All are asked at once: what is counted are bytes, and most of the time is theirs to start in.
    """
    with ThreadPoolExecutor(len(SERVERS) + 1) as pool:
        browser = pool.submit(browser_cell)
        yield from pool.map(lambda server: server_cell(server, folder), SERVERS)
        yield browser.result()


def _cell(labels: dict[str, str], figures: dict[str, float]) -> Cell:
    return Cell(id="", measure="payload", arm=ARM, labels=labels, figures=figures)
