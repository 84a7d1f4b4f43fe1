"""Errors in records are caught, each by the check that is named; an honest run fails none of them.

The run was measured on two cores beside seventeen other processes, so no check may need a quiet
machine.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from audit.mutate.code import CODE, CodeMutation
from audit.mutate.command import ESCAPED, UNUSABLE, failures, mutate, outcomes
from audit.mutate.records import arrays_of, mutations
from audit.raw import ROOT, Records, read
from audit.selfchecks import CHECKS, checks
from audit.selfchecks.accounting import processor_at_hand

RUN = Path(__file__).parent / "tiny-run"
"""`python -m bench run`, lookup alone, of three blocks over four schemes."""


@pytest.fixture(scope="module")
def records() -> Records:
    """The run, as it was measured."""
    return read(RUN)


def test_an_honest_run_on_a_busy_machine_withholds_nothing_by_these_checks(
    records: Records,
) -> None:
    """What is left is that threads waited for a processor, which makes times rough."""
    assert {name for name, *_ in failures(records)} == {"processor_at_hand"}
    assert {check.validity for check in checks(records) if not check.passed} == {"rough"}


@pytest.mark.parametrize(("waited_us", "passed"), [(100, True), (600, False)])
def test_a_thread_that_its_store_has_woken_was_not_disturbed(
    records: Records, waited_us: int, passed: bool
) -> None:
    """It waits up to 100 µs on an idle machine; one that another program keeps out waits longer."""
    every = arrays_of(
        "span", lambda of: {"waited_ns": np.full_like(of["app_ns"], waited_us * 1000)}
    )
    found = [check for check in processor_at_hand(every(records)) if check.design == "interleaved"]
    assert found
    assert {check.passed for check in found} == {passed}


def test_every_error_is_caught_by_the_check_that_is_named(records: Records) -> None:
    """So many errors, and each has a check; not one is caught by chance alone."""
    found = list(outcomes(records))
    assert [one.mutation for one in found if not one.caught] == []
    assert len(found) >= 20


def test_no_check_is_there_without_an_error_that_it_catches(records: Records) -> None:
    """A check that nothing fails shows nothing; that a machine was busy is no error."""
    named = {mutation.caught_by for mutation in mutations(records)}
    known = {check.name for check in checks(records)}
    assert known - named == {"processor_at_hand"}
    assert len(CHECKS) <= len(known)


def test_the_command_names_each_error_with_its_check(tmp_path: Path) -> None:
    done = CliRunner().invoke(mutate, [str(RUN)])
    assert done.exit_code == 0, done.output
    assert "rounded to 50 µs: caught by not_rounded" in done.stdout
    assert "ESCAPED" not in done.stdout
    done = CliRunner().invoke(mutate, [str(tmp_path)])
    assert (done.exit_code, done.stdout) == (UNUSABLE, "")


def test_an_error_that_escapes_is_said_aloud(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a check that was deleted would not be missed."""
    kept = tuple(check for check in CHECKS if check.__name__ != "schedule_kept")
    monkeypatch.setattr("audit.selfchecks.CHECKS", kept)
    done = CliRunner().invoke(mutate, [str(RUN)])
    assert done.exit_code == ESCAPED
    assert "coordinated omission: ESCAPED schedule_kept" in done.stdout


@pytest.mark.parametrize("mutation", CODE, ids=lambda mutation: mutation.name)
def test_an_error_in_the_code_has_its_place_there(mutation: CodeMutation) -> None:
    """Exactly one, or the copy that measures would be without it; what it does, --code shows."""
    text = (ROOT / mutation.file).read_text(encoding="utf-8")
    assert text.count(mutation.old) == 1
    compile(text.replace(mutation.old, mutation.new), mutation.file, "exec")


def test_the_checks_of_errors_in_the_code_are_there(records: Records) -> None:
    known = {check.name for check in checks(records)} | {"expected_answers"}
    assert {mutation.caught_by for mutation in CODE} <= known
