"""The limits of servers and browser: found at their edge, the same every time, and named."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from bench.payload.browser import OLD, find_chromium
from bench.payload.browser import _Search as Search
from bench.payload.echo import SERVERS
from bench.payload.peers import browser_cell, server_cell
from tests.needed import needed

FIELD = len("X-Field: \r\n")
LIMITS = {
    # 512 KiB for the whole head, of which the request's other fields take 117 bytes.
    "granian": (524_171, 97_000),
    # --limit-request-field_size, for the whole line; a hundred fields.
    "gunicorn": (8190 - FIELD, 97_000),
    # max_request_header_size, 256 KiB for the whole head.
    "waitress": (262_026, 257_000),
    # A line of http.server; a hundred fields.
    "werkzeug": (65_536 - FIELD, 96_000),
}
"""Of the versions that the project pins: the largest single field, and the sum of many."""


@pytest.mark.parametrize("server", SERVERS)
def test_a_server_takes_so_much_and_no_more(server: str, tmp_path: Path) -> None:
    """The edges are exact, so they are the same on every machine; beyond them all say 431."""
    cell = server_cell(server, tmp_path)
    assert cell.labels["server"] == server
    assert cell.labels["version"]
    figures = cell.figures
    found = (figures["header_field_limit_bytes"], figures["headers_limit_bytes"])
    assert found == LIMITS[server]
    assert (figures["status_beyond"], figures["headers_status_beyond"]) == (431, 431)


def test_chromium_drops_a_cookie_over_4096_bytes_in_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    Name plus value; and it goes on sending the one it had: the cart that froze.

    It leaves nothing in the temporary folder, though it is killed.
    """
    needed(find_chromium(), "chromium", "apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        cell = browser_cell()
        assert list(Path(folder).iterdir()) == []
    assert cell.figures == {"silent_cookie_bytes": 4097}
    assert cell.labels["kept_old"] == "yes"
    assert cell.labels["version"].startswith("Chromium")


def test_without_a_browser_the_reason_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A figure that was not measured is not there, and the record says why."""
    monkeypatch.setenv("PATH", "")
    cell = browser_cell()
    assert cell.figures == {}
    assert cell.labels == {"browser": "chromium", "skipped": "no chromium on the path"}


@pytest.mark.parametrize(("keeps_old", "said"), [(True, True), (False, False)])
@pytest.mark.parametrize("limit", [1025, 4096, 16_000])
def test_the_search_finds_the_edge_of_any_browser(limit: int, keeps_old: bool, said: bool) -> None:
    """One that keeps cookies up to *limit*, and of larger ones none, or the one it had."""
    search, held = Search(), ""
    while (value := search.step(held)) is not None:
        if value == OLD or len(value) + 1 <= limit:
            held = value
        elif not keeps_old:
            held = ""
    assert (search.dropped, search.kept_old) == (limit + 1, said)
