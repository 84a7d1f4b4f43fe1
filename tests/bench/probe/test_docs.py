"""The page about the probe: what it shows is what is tested."""

from __future__ import annotations

import re

from bench.probe.config import Asked, Config, Credential, Renewal, Request, Watch
from bench.processes.children import ROOT

PAGE = (ROOT / "docs" / "probe.md").read_text()


def test_the_page_shows_the_tested_description() -> None:
    """Word for word."""
    (shown,) = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    assert shown == (ROOT / "docs" / "probe" / "flask-jwt-extended.toml").read_text()


def test_the_page_has_every_key() -> None:
    """None that the code does not know is missing from the table, and none is invented."""
    table = PAGE.partition("## Every key")[2].partition("In the values")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    shown = set(re.findall(r"`\[?(\w+)\]?`", " ".join(rows)))
    tables = (Config, Request, Renewal, Asked, Credential, Watch)
    assert shown == {name for table in tables for name in table.__struct_fields__}
