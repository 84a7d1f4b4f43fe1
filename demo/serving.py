"""The app under granian: a port of its own, worker processes, and no orphan whatever happens.

The process that is started holds the port and watches; its workers serve. A signal to it ends
them, and so does its death.
"""

from __future__ import annotations

import ctypes
import gc
import http.client
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from .accounts import LIGHT, Accounts, Hashing, Limiter
from .app import create_app, create_site
from .auditlog import STANDARD_OUTPUT, check_target, write_events
from .auth import TEACHING, Scheme, Settings
from .builtin.registers import limiter_storage, open_registers
from .housekeeping import keep_house
from .loopback import is_loopback
from .monitor import Monitor, Response
from .schemes import build_mount
from .storage import check_urls
from .teaching.desk import open_desk, with_store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

THREADS = 192
"""A worker's threads at most; idle ones end. While a store hangs, each request that needs it holds
a thread until it gives up: 128 callers, and the logins that wait for their hash, leave enough for
the pages that ask no store. With 160 threads a healthy node took as much processor time a request
as with 8 at 1 to 32 requests under way, and a sixth more at 128."""

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CannotServe(Exception):
    """The app cannot be started as asked; the message says what to do."""


@dataclass(frozen=True)
class Plan:
    """What is served: schemes by the alias they are mounted under, and how."""

    mounts: Mapping[str, str]
    settings: Settings
    access: Mapping[str, timedelta] = field(default_factory=dict)
    """How long access tokens live, by alias, where it is not as in *settings*."""
    site: bool = False
    node: str = ""
    lab: bool = False
    teaching: bool = False
    """Whether three nodes are started beside this app, for its page /nodes to watch."""
    folder: Path = Path()
    """Where files are that go when the app does."""
    responses: Mapping[str, Response] | None = None
    """What the monitor does, by rule; None: nobody watches."""
    audit_log: Path | None = None
    """Where audit events go as JSON lines; `-` is standard output."""

    def schemes(self) -> dict[str, Scheme]:
        """Build every scheme; an error names the one it is about."""
        return {
            alias: build_mount(alias, name, self._settings_of(alias), site=self.site)
            for alias, name in self.mounts.items()
        }

    def _settings_of(self, alias: str) -> Settings:
        return replace(self.settings, access=self.access.get(alias, self.settings.access))

    def app(self) -> WSGIApplication:
        """Build the app, and have what expires in its stores cleared away."""
        schemes = self.schemes()
        keep_house(schemes)
        if self.audit_log is not None:
            write_events(self.audit_log)
        given: dict[str, Any] = {
            "node": self.node,
            "timing": self.settings.timing,
            "lab": self.lab,
            "accounts": self._accounts(),
        }
        if self.teaching:
            given["desk"] = open_desk(self.mounts, schemes, self.settings, self.folder)
        if self.site:
            return create_site(
                schemes, monitors={alias: self._monitor() for alias in schemes}, **given
            )
        (scheme,) = schemes.values()
        return create_app(scheme, monitor=self._monitor(), **given)

    def _monitor(self) -> Monitor | None:
        return None if self.responses is None else Monitor(self.responses)

    def _accounts(self) -> Accounts:
        settings = self.settings
        limiter = Limiter(
            limiter_storage(settings),
            account=settings.max_failures_account,
            address=settings.max_failures_address,
        )
        hashing = Hashing(LIGHT) if settings.light_hashes else Hashing()
        return Accounts(open_registers(settings), hashing, limiter)


def serve(plan: Plan, host: str, port: int, workers: int) -> None:
    """Serve until SIGTERM, SIGINT or SIGHUP; raise CannotServe if that cannot begin."""
    makes_keys = workers > 1 and plan.settings.keys_file is None
    with _folder(makes_keys or plan.teaching) as folder, _hold(host, port) as held:
        if makes_keys:
            # Each worker would make keys of its own and refuse the others' tokens.
            keys = Path(folder) / "keys.json"
            plan = replace(plan, settings=replace(plan.settings, keys_file=keys))
        if plan.teaching:
            settings = with_store(plan.settings, Path(folder))
            plan = replace(plan, settings=settings, folder=Path(folder))
        _check(plan, workers, host)
        port = held.getsockname()[1]
        server = Server(
            "demo",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=THREADS,
            workers_kill_timeout=5,
            log_level=LogLevels.critical,
        )
        _heed(server, [each for each in _ENDS if signal.getsignal(each) is not signal.SIG_IGN])
        ready, told = multiprocessing.Pipe(duplex=False)
        # What is on standard output should be events and nothing else.
        _announce(ready, workers, host, port, err=plan.audit_log == STANDARD_OUTPUT)
        server.serve(target_loader=partial(_load, plan, os.getpid(), told), wrap_loader=False)


def _folder(wanted: bool) -> AbstractContextManager[str]:
    """One that goes with the block; none if nothing is to be kept, for a kill -9 would leave it."""
    return TemporaryDirectory(prefix="demo-") if wanted else nullcontext("")


def _check(plan: Plan, workers: int, host: str) -> None:
    """Build every scheme here first, where an error is one clear line and nothing has begun."""
    if plan.audit_log is not None:
        try:
            check_target(plan.audit_log)
        except OSError as exc:
            raise CannotServe(
                f"cannot write {plan.audit_log}: {exc.strerror}; choose another --audit-log"
            ) from exc
    check_urls(plan.settings)
    for alias, scheme in plan.schemes().items():
        outages = scheme.mechanism.outages if scheme.mechanism else ()
        try:
            if scheme.transport in TEACHING and not is_loopback(host):
                raise CannotServe(
                    f"{alias} is for teaching, on this machine alone: its credential leaks; leave "
                    "out --host, or serve a scheme whose credential travels in a cookie"
                )
            if plan.teaching and scheme.mechanism is not None and not scheme.shared:
                raise CannotServe(
                    f"{alias} keeps its state in one process, so three nodes cannot serve it; "
                    "leave out --scheme, or name one whose store is shared"
                )
            if workers > 1 and not scheme.shared:
                raise CannotServe(
                    f"{alias} keeps its state in one process, so it cannot have {workers} workers; "
                    "use --workers 1 or a scheme whose store is shared"
                )
            scheme.probe()
        except outages as exc:
            # Not fatal: the store may come later, and until then /readyz says 503.
            click.echo(f"demo: the store of {alias} does not answer yet: {exc}", err=True)
        finally:
            scheme.close()


def _hold(host: str, port: int) -> socket.socket:
    """
    Bind the port and keep it, so that nobody takes it before the workers listen on it.

    Bound alone first, which fails if anybody else has it; shared with the workers after that.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    held = socket.socket(family, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((host, port))
    except OSError as exc:
        held.close()
        raise CannotServe(
            f"cannot listen on {host} port {port}: {exc.strerror}; "
            "choose another with --port, or --port 0 for a free one"
        ) from exc
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return held


def _load(plan: Plan, parent: int, ready: Connection) -> WSGIApplication:
    """Build the app in a worker, which lives no longer than *parent*."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # It died before the line above.
            os._exit(1)
    # Ctrl-C reaches the whole group of a terminal; the parent alone decides to end.
    os.setpgid(0, 0)
    try:
        app = plan.app()
    except ValueError as exc:
        click.echo(f"demo: {exc}", err=True)
        os._exit(1)
    app = _with_chunks(app)
    # What is here now stays: to look through it for garbage would stop every request of the
    # worker, for 50 ms within its first ten thousand.
    gc.collect()
    gc.freeze()
    ready.send_bytes(b"ready")
    return app


def _heed(server: Any, heeded: Sequence[signal.Signals]) -> None:
    """
    End *server* at any of *heeded*, and ignore the other signals that would end it.

    granian would end at a signal that nohup or a shell's background job has had ignored, and take
    SIGHUP for a wish to restart its workers, so that a closed terminal leaves the app behind.
    """

    def set_handlers() -> None:
        for each in _ENDS:
            handler = server.signal_handler_interrupt if each in heeded else signal.SIG_IGN
            signal.signal(each, handler)

    server.on_startup(set_handlers)  # just after granian has set its own


def _with_chunks(app: WSGIApplication) -> WSGIApplication:
    """Let Werkzeug read bodies of no stated length: the server ends them where they end."""

    def terminated(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input_terminated"] = True
        return app(environ, start)

    return terminated


def _announce(ready: Connection, workers: int, host: str, port: int, err: bool) -> None:
    """Print the line that says so once every worker is there and a request was answered."""

    def watch() -> None:
        # Until the last worker was forked this thread only waits: a fork in the middle of
        # anything else would copy whatever lock it held, for ever.
        for _ in range(workers):
            ready.recv_bytes()
        while not _answers(host, port):
            time.sleep(0.01)
        shown = f"[{host}]" if ":" in host else host
        click.echo(f"demo: listening on http://{shown}:{port}", err=err)

    threading.Thread(target=watch, daemon=True).start()


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
