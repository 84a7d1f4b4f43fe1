"""The commands that the pages about machines, mistakes and the league tell a reader to type."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from bench.__main__ import main as bench
from demo.__main__ import main as demo

PROGRAMS = {"bench": bench, "demo": demo}


def _commands(page: Path) -> list[list[str]]:
    text = page.read_text().replace("\\\n", " ")
    return [shlex.split(line) for line in re.findall(r"python -m (?:bench|demo) [^`\n]+", text)]


@pytest.mark.parametrize("name", ["mistakes.md", "more-machines.md", "league.md"])
def test_every_command_of_the_page_is_understood(name: str, pytestconfig: pytest.Config) -> None:
    """Parsed by the program itself, and not carried out."""
    commands = _commands(pytestconfig.rootpath / "docs" / name)
    assert commands
    for _, _, program, *arguments in commands:
        command: click.Command = PROGRAMS[program]
        context = click.Context(command, info_name=program)
        if not arguments[1:]:
            continue  # a mention of the command, not a line to type
        while isinstance(command, click.Group):
            found = command.get_command(context, arguments[0])
            assert found is not None, arguments
            command, arguments = found, arguments[1:]
        command.make_context(program, list(arguments))
