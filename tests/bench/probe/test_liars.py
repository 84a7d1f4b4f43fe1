"""The probe against services that lie, and such as do not: none of either is mistaken."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.probe.command import probe_service
from bench.probe.config import load_config
from bench.probe.findings import Findings
from bench.probe.login import ServiceError
from bench.probe.recording import record
from bench.records import read_cells

from .honest import HONEST
from .liars import LIARS, DeniesTheCase, Limits, OtherCookieLooksAlone
from .sites import Answer, Asked, Cookies, Site, cookie, serving


def found(site: Site, folder: Path) -> Findings:
    """What the probe finds of *site*."""
    path = folder / "service.toml"
    with serving(site) as bases:
        path.write_text(site.description(bases), encoding="utf-8")
        return probe_service(load_config(path))


@pytest.mark.parametrize("liar", LIARS)
def test_a_liar_is_not_believed(liar: type[Site], tmp_path: Path) -> None:
    """It is called one, or nothing can be told; of the latter kind are those that do not answer."""
    verdict = found(liar(), tmp_path).verdict
    assert verdict.outcome != "holds"
    assert verdict.broken or verdict.sentence.startswith("cannot tell: ")


@pytest.mark.parametrize("honest", HONEST)
def test_an_honest_one_is_not_accused(honest: type[Site], tmp_path: Path) -> None:
    """And what it claims is found to hold."""
    verdict = found(honest(), tmp_path).verdict
    assert (verdict.outcome, verdict.broken) == ("holds", False), verdict.sentence


@pytest.mark.parametrize("liar", [Limits, OtherCookieLooksAlone, DeniesTheCase])
def test_a_run_of_a_liar_is_not_valid(liar: type[Site], tmp_path: Path) -> None:
    """Where records alone would show refusals and nothing else."""
    folder = record(found(liar(), tmp_path), tmp_path, 0.0, "probe")
    [cell] = [cell for cell in read_cells(folder) if cell.measure == "revocation"]
    assert "probe_verdict" in [gate.name for gate in cell.gates if not gate.passed]


@pytest.mark.parametrize("place", ["{cookie:csrf}", "{json:csrf.0}"])
def test_what_a_logout_lacks_is_said_before_any(place: str, tmp_path: Path) -> None:
    """And not once for each logout."""

    class Lacking(Site):
        def revoke(self) -> str:
            return f'[revoke]\npath = "/logout"\nheaders = {{ X-CSRF = "{place}" }}\n'

    site = Lacking()
    with pytest.raises(ServiceError, match=f"the answer to the login has nothing for {place}"):
        found(site, tmp_path)
    assert site.gone == {}


def test_another_status_after_the_logout_is_named(tmp_path: Path) -> None:
    """With what to do if it is a refusal."""

    class Forbids(Site):
        def me(self, asked: Asked, node: int) -> Answer:
            answer = super().me(asked, node)
            gone = self.since_logout(asked) is not None
            return answer._replace(status=403) if gone else answer

    sentence = found(Forbids(), tmp_path).verdict.sentence
    assert "mostly 403: if that is a refusal, add it to refused under [request]" in sentence


def test_a_cookie_for_other_paths_is_named(tmp_path: Path) -> None:
    """It is not sent, as by a browser."""

    class Elsewhere(Cookies):
        def login(self, asked: Asked) -> Answer:
            return Answer(200, {}, (cookie("sid", self.issue(), "; Path=/account"),))

    with pytest.raises(ServiceError, match="a browser sends the cookie 'sid' to other paths alone"):
        found(Elsewhere(), tmp_path)


def test_a_cookie_that_a_browser_drops_is_named(tmp_path: Path) -> None:
    """With the reason and what to do."""

    class Foreign(Cookies):
        def login(self, asked: Asked) -> Answer:
            return Answer(200, {}, (cookie("sid", self.issue(), "; Path=/; Domain=shop.example"),))

    with pytest.raises(ServiceError, match="that a browser keeps: Domain=shop"):
        found(Foreign(), tmp_path)
