"""Which lab a command is about, and what a learner expects of it."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from .catalogue import Lab, NoSuchLab, Question, find, labs
from .folder import BadAnswer, Folder, Frozen, check_answer
from .teachers import fail


class _LabType(click.ParamType[Lab]):
    name = "lab"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,  # noqa: ARG002 - click gives it
        ctx: click.Context | None,  # noqa: ARG002 - click gives it
    ) -> Lab:
        """Return the lab, or one clear line and its remedy."""
        try:
            return value if isinstance(value, Lab) else find(str(value))
        except NoSuchLab as exc:
            fail(str(exc))


lab_argument = click.argument("lab", type=_LabType(), required=False)


def chosen(folder: Folder, lab: Lab | None) -> Lab:
    """The lab that was named, or the one that the learner is at."""
    lab = lab or folder.current() or labs()[-1]
    folder.policy(lab)
    return lab


def asked(folder: Folder, lab: Lab) -> dict[str, str]:
    """Ask where there is a terminal; else show the questions. Enter alone leaves one out."""
    answers: dict[str, str] = {}
    for question in lab.questions:
        if sys.stdin.isatty():
            if folder.has_seen(lab):
                raise Frozen(f"lab {lab.number} has a result already: reset begins it again")
            given = click.prompt(
                _shown(question), default="", show_default=False, value_proc=_answer_to(question)
            )
            answers |= {question.key: given} if given else {}
        else:
            click.echo(f"{question.key}: {_shown(question)}")
    return answers


def ask_first(folder: Folder, lab: Lab) -> None:
    """Ask for the predictions before a result fixes them, where somebody can answer."""
    if sys.stdin.isatty() and not folder.has_seen(lab) and not folder.predictions(lab):
        click.echo(f"Lab {lab.number}: what do you expect? Enter alone leaves a question out.")
        if given := asked(folder, lab):
            folder.predict(lab, given)


def lead_in(folder: Folder, lab: Lab) -> bool:
    """
    Show a lab's text, ask for its predictions and run its attack; return whether all was done.

    Without a terminal nobody can be asked: the questions are shown, and nothing runs before
    `predict` has answered them. What was done before is not done again.
    """
    from . import checking

    click.echo(lab.file("lab.md").read_text(encoding="utf-8"))
    click.echo(f"Your file: {checking.short(folder.policy(lab))}\n")
    ask_first(folder, lab)
    if folder.has_seen(lab):
        return True
    if not sys.stdin.isatty() and not folder.predictions(lab):
        asked(folder, lab)
        answers = " ".join(f"--answer {question.key}=…" for question in lab.questions)
        click.echo(f"\nFirst: python -m workshop predict {lab.number} {answers}")
        return False
    click.echo(checking.attack(folder, lab, "start"))
    return True


def _shown(question: Question) -> str:
    return question.text + (
        f" ({', '.join(question.choices)})" if question.choices else f" [{question.unit}]"
    )


def _answer_to(question: Question) -> Callable[[str], str]:
    """Accept a choice, its number in the list, or a number where a number is asked for."""

    def accept(text: str) -> str:
        text = text.strip()
        if not text or text in question.choices:
            return text
        if question.choices and text.isdigit() and 1 <= int(text) <= len(question.choices):
            return question.choices[int(text) - 1]
        try:
            check_answer(question.choices, question.key, text)
        except BadAnswer as exc:
            raise click.UsageError(str(exc)) from exc
        return text

    return accept
