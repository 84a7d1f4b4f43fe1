"""One round of logins and logouts, and what is weighed in between."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from demo.auth import Client, Scheme

from .wire import USER_AGENT

_CLIENT = Client("127.0.0.1", USER_AGENT)


def log_in_and_out(
    scheme: Scheme, folder: Path, logins: int, weigh: Callable[[], int] = lambda: 0
) -> tuple[int, int]:
    """The bytes when *logins* subjects are logged in, and when all of them are out again."""
    mechanism = scheme.mechanism
    assert mechanism is not None, "asked before"
    # Credentials wait in a file: in memory they would be counted with the store.
    credentials = folder / "credentials"
    with credentials.open("w", encoding="utf-8") as file:
        for number in range(logins):
            file.write(mechanism.issue(f"user-{number:05d}", None, _CLIENT).credential + "\n")
    live = weigh()
    with credentials.open(encoding="utf-8") as file:
        for line in file:
            mechanism.revoke(line.rstrip("\n"))
    return live, weigh()
