"""Serve the pages' code for an hour to callers who come and go: `make churn MINUTES=60`.

Each page runs from the built wheel, under a server that has a thread for each request and under one
with several processes. Callers come in bursts, with pauses in which connections grow idle. Fails if
an answer is wrong, or if a process ends with more open files than it had in the first half.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import click
import psutil

from .clean import GUNICORN, App, listings, make_environment, run_shell, served

PASSWORD = "a password you check properly"
AT_ONCE = 16
BURST = 48
PAUSE_S = 2.0
SLACK = 4
"""Files that a process may have open by chance: answers under way."""
SERVERS = {
    "threads": ["flask", "--app", "page", "run", "--port", "0", "--with-threads"],
    "processes": [*GUNICORN, "--worker-class", "gthread", "--threads", "8"],
}


def sessions_alone(app: App, number: int) -> list[int]:
    """Log in, ask, log out, ask."""
    body = {"username": f"u{number}", "password": PASSWORD}
    held = app.ask("POST", "/login", None, body).cookie
    calls = [("GET", "/me"), ("POST", "/logout"), ("GET", "/me")]
    return [app.ask(method, path, held).status for method, path in calls]


def tokens_alone(app: App, number: int) -> list[int]:
    """Log in, ask, log out, ask."""
    body = {"username": f"u{number}", "password": PASSWORD}
    token = app.ask("POST", "/login", None, body).json["access_token"]
    held = {"Authorization": f"Bearer {token}"}
    calls = [("GET", "/me"), ("POST", "/logout"), ("GET", "/me")]
    return [app.ask(method, path, held).status for method, path in calls]


def flask_session(app: App, number: int) -> list[int]:
    """Fill a cart, log in, ask, log out."""
    held = app.ask("POST", "/cart/tea").cookie
    held = app.ask("POST", f"/login/u{number}", held).cookie
    me = app.ask("GET", "/me", held)
    left = app.ask("POST", "/logout", held).status
    kept = (me.json["subject"], me.json["cart"]["tea"]) == (f"u{number}", 1)
    return [me.status, left, 401 if kept else 500]


PAGES = {
    "sessions-alone.md": sessions_alone,
    "tokens-alone.md": tokens_alone,
    "moving-from-flask-session.md": flask_session,
}


@dataclass
class Served:
    """A page under one server, and what was seen of it."""

    name: str
    app: App
    pid: int
    visit: Callable[[App, int], list[int]]
    warm: dict[int, int] = field(default_factory=dict)
    """Open files of each process, at most, in the first half: pools fill up as chance has it."""
    wrong: list[list[int]] = field(default_factory=list)

    def burst(self) -> None:
        """Let many callers in at once, each over connections of their own."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for seen in pool.map(partial(self.visit, self.app), range(BURST)):
                if seen[1] not in (200, 204, 302) or seen[0] != 200 or seen[2] != 401:
                    self.wrong.append(seen)

    def files(self) -> dict[int, int]:
        """How many files each process has open."""
        family = [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True)]
        return {process.pid: process.num_fds() for process in family}

    def grown(self) -> dict[int, tuple[int, int]]:
        """Return the processes with more open files than in the first half: then, and now."""
        return {
            pid: (self.warm.get(pid, 0), count)
            for pid, count in self.files().items()
            if count > self.warm.get(pid, 0) + SLACK
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; the exit status is 1 if a page leaked or answered wrongly."""
    parser = argparse.ArgumentParser(prog="make churn", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    minutes = parser.parse_args(arguments).minutes
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        python = make_environment(folder, "gunicorn", "redis")
        running = []
        for page, visit in PAGES.items():
            for server, command in SERVERS.items():
                at = folder / f"{server}-{page}"
                at.mkdir()
                run_shell(page, at, python)
                app = stack.enter_context(served(python, at, listings(page)[0], command))
                running.append(Served(f"{page} under {server}", app, app.pid, visit))
        return watch(running, minutes * 60)


def watch(running: Sequence[Served], seconds: float) -> int:
    """Send bursts for so long; say once a minute what is open."""
    begun, said, visits = time.monotonic(), 0, 0
    while (passed_s := time.monotonic() - begun) < seconds:
        for one in running:
            one.burst()
            visits += BURST
            if passed_s < seconds / 2:
                one.warm |= {p: max(n, one.warm.get(p, 0)) for p, n in one.files().items()}
        if passed_s // 60 > said:
            said += 1
            opened = [sum(one.files().values()) for one in running]
            click.echo(f"{said} min, {visits} visits; open files {opened}")
        time.sleep(PAUSE_S)
    bad = [one for one in running if one.wrong or one.grown()]
    for one in bad:
        click.echo(f"{one.name}: wrong {one.wrong[:3]}, open files {one.grown()}")
    click.echo(f"{visits} visits, {len(bad)} of {len(running)} pages bad")
    return bool(bad)


if __name__ == "__main__":
    raise SystemExit(main())
