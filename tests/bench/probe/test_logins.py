"""Services that limit their logins: what was seen is kept, and pauses are respected in bounds."""

from __future__ import annotations

import json
import time
from email.utils import formatdate
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bench.probe.command import probe

from .sites import Answer, Asked, Site, serving


class Limited(Site):
    """Refuses some logins; `again` is its Retry-After."""

    TRIALS = 4

    def __init__(self, refused: range, again: str | None, status: int = 429) -> None:
        super().__init__()
        self.refused, self.again, self.status = refused, again, status
        self.logins = 0

    def login(self, asked: Asked) -> Answer:
        self.logins += 1
        if self.logins not in self.refused:
            return super().login(asked)
        headers = () if self.again is None else (("Retry-After", self.again),)
        return Answer(self.status, {"title": "too many logins"}, headers)


def probed(site: Site, folder: Path) -> Result:
    """What the command prints of *site*."""
    path = folder / "service.toml"
    with serving(site) as bases:
        path.write_text(site.description(bases))
        return CliRunner().invoke(probe, ["--config", str(path), "--json"])


@pytest.mark.parametrize(
    ("again", "status"),
    [("0", 429), ("1", 429), (None, 429), ("0", 503), (formatdate(time.time(), usegmt=True), 429)],
    ids=["at once", "a second", "nothing", "unavailable", "a date"],
)
def test_a_pause_is_kept_and_told(again: str | None, status: int, tmp_path: Path) -> None:
    """In seconds or as a date (RFC 9110 section 10.2.3), and a second where none is named."""
    site = Limited(range(3, 4), again, status)
    result = probed(site, tmp_path)
    found = json.loads(result.stdout)
    assert (result.exit_code, found["logout"]["trials"], found["stopped"]) == (0, 4, "")
    assert result.stderr.count("bench: the service wants fewer logins: waiting") == 1
    assert site.logins == 6


@pytest.mark.parametrize(
    "again",
    ["31", "99999999999", formatdate(time.time() + 3600)],
    ids=["too long", "for ever", "a date"],
)
def test_what_was_seen_before_the_limit_is_kept(again: str, tmp_path: Path) -> None:
    """No pause is longer than the probe's patience; the reason is told."""
    site = Limited(range(4, 99), again)
    result = probed(site, tmp_path)
    found = json.loads(result.stdout)
    assert (result.exit_code, found["logout"]["outcome"], found["logout"]["trials"]) == (
        0,
        "holds",
        2,
    )
    assert "gave 429 and not 200: too many logins, and asks for a pause of" in found["stopped"]
    assert site.logins == 4


def test_another_failure_of_a_login_keeps_what_was_seen(tmp_path: Path) -> None:
    """And ends the probe: an account may be locked."""
    site = Limited(range(4, 99), None, 500)
    found = json.loads(probed(site, tmp_path).stdout)
    assert (found["logout"]["trials"], site.logins) == (2, 4)
    assert "gave 500" in found["stopped"]


def test_nothing_seen_is_nothing_told(tmp_path: Path) -> None:
    """Where the limit comes before the first logout."""
    result = probed(Limited(range(2, 99), "3600"), tmp_path)
    assert result.exit_code == 2
    verdict = json.loads(result.stdout)["logout"]
    assert verdict["sentence"].startswith("cannot tell: the login, POST /login, gave 429")
