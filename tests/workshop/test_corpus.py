"""Other people's fixes: every wrong one is refused with a reason, and every right one passes.

Written from the texts of the labs, without a look at their checks. The first line of each file in
corpus/<lab>/wrong and corpus/<lab>/right describes the fix. One in four is judged each time, and
all of them with HYPOTHESIS_PROFILE=thorough: `make workshop-check`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workshop.runner.catalogue import find, labs
from workshop.runner.judge import judge

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
CORPUS = Path(__file__).with_name("corpus")


def fixes(kind: str) -> list[Path]:
    """The fixes of that kind, by lab; a sample of them unless the look is to be thorough."""
    found = sorted(CORPUS.glob(f"*/{kind}/*.py"))
    return found if THOROUGH else found[::4]


def name(path: Path) -> str:
    return f"{path.parts[-3][:2]}-{path.stem}"


@pytest.mark.parametrize("path", fixes("wrong"), ids=name)
def test_a_wrong_fix_is_refused(path: Path) -> None:
    """With one sentence of effect and one of what to do next, or the line of the mistake."""
    verdict = judge(find(path.parts[-3]), path)
    assert verdict.status in ("fail", "error"), verdict
    first = verdict.first
    assert verdict.message or (first is not None and first.effect and first.next_step)
    assert "the lab itself" not in verdict.message


@pytest.mark.parametrize("path", fixes("right"), ids=name)
def test_a_right_fix_passes(path: Path) -> None:
    """However it is written: what counts is what it does."""
    verdict = judge(find(path.parts[-3]), path)
    assert verdict.status == "pass", (verdict.first, verdict.message)


def test_every_lab_has_both_kinds() -> None:
    """At least six wrong ones and three right ones each, all with a line on what they are."""
    for lab in labs():
        for kind, least in (("wrong", 6), ("right", 3)):
            found = sorted((CORPUS / lab.name / kind).glob("*.py"))
            assert len(found) >= least, (lab.name, kind)
            for path in found:
                assert path.read_text().startswith('"""'), path
