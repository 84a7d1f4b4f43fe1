"""How a command that cannot do what it was asked to says so."""

from __future__ import annotations

import sys
from typing import NoReturn

import click


def fail(message: str, code: int = 1) -> NoReturn:
    """End the program with one line on stderr."""
    click.echo(f"bench: {message}", err=True)
    sys.exit(code)
