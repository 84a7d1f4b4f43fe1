"""Which lab a command is about, and what a learner expects of it."""

from __future__ import annotations

import sys

import click

from .catalogue import Lab, NoSuchLab, find, labs
from .folder import Folder, Frozen
from .teachers import fail


class _LabType(click.ParamType[Lab]):
    name = "lab"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,  # noqa: ARG002 - click gives it
        ctx: click.Context | None,  # noqa: ARG002 - click gives it
    ) -> Lab:
        """Give the lab, or one clear line and its remedy."""
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
    """Ask where there is a terminal; else show the questions."""
    answers = {}
    for question in lab.questions:
        choices = f" ({', '.join(question.choices)})" if question.choices else f" [{question.unit}]"
        if sys.stdin.isatty():
            if folder.has_seen(lab):
                raise Frozen(f"lab {lab.number} has a result already: reset begins it again")
            answers[question.key] = click.prompt(question.text + choices)
        else:
            click.echo(f"{question.key}: {question.text}{choices}")
    return answers
