"""Commands with uncut help and examples, whose errors suggest the nearest name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from .nearest import nearest

SETTINGS: Mapping[str, Any] = {
    "help_option_names": ["-h", "--help"],
    "max_content_width": 100,
}
"""Of every group: help is as wide as the terminal, and no wider than a line of prose."""
_WHOLE = 1000
"""Characters of a summary: more than any has."""


class Group(click.Group):
    """A group of commands; *examples* has a line to type for each command."""

    def __init__(self, *arguments: Any, examples: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.examples = examples

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, with its example."""
        found = super().get_command(ctx, cmd_name)
        if found is not None and cmd_name in self.examples:
            # Each time: the program may have another name than the time before.
            found.epilog = example(ctx, self.examples[cmd_name])
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is named first; an unknown name is answered by the nearest."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            ctx.fail(f"no command is named {name!r}; {nearest(name, self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the first sentence of every command, whole."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [
            (name, command.get_short_help_str(_WHOLE))
            for name, command in found
            if command is not None and not command.hidden
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write an example of the first command."""
        first = next(iter(self.examples.values()))
        formatter.write(f"\n{example(ctx, first)}\n")


class Choice(click.Choice[str]):
    """One of several names."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """Return the error, with the nearest name."""
        del ctx
        return f"{value!r} is not known; {nearest(str(value), self.choices)}"


def example(ctx: click.Context, arguments: str | None) -> str | None:
    """Return the line that shows *arguments* in use."""
    return None if arguments is None else f"Example: {ctx.command_path} {arguments}"
