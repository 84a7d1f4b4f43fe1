"""A real Chromium, asked by the pages of a server of ours what it keeps and what it drops.

Cookies have a limit that nothing tells of: a browser drops a Set-Cookie whose name and value
together are over it, in silence, and goes on sending the cookie it had before. The page here asks
in a loop, and the server notes what comes back; no library drives the browser.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from ..processes.children import Child, wait_until

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
START_TIMEOUT_S = 30.0
SEARCHED = (1024, 16384)
"""A cookie of so many bytes is kept, and one of so many is not, in any browser we know."""
NAME = "c"
OLD = "old"
_PAGE = b"""<!doctype html><title>cookies</title><script>
(async () => { while ((await (await fetch("/step")).text()) === "more"); })();
</script>"""
_LONGEST_FOLDER = 60
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
)


@dataclass(frozen=True)
class SilentLimit:
    """From which size on a browser drops a cookie without a word."""

    version: str
    bytes: int
    """Name plus value of the smallest that is dropped."""
    kept_old: bool
    """Whether it went on sending the one it had, at every size that was dropped."""


def find_chromium() -> str | None:
    """The path of a Chromium; None if there is none."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def silent_cookie(program: str) -> SilentLimit:
    """Find the limit of the browser *program* by bisection; BenchError if it does not take part."""
    search = _Search()
    with _serving(search) as port, browsing(program, f"http://127.0.0.1:{port}/") as browser:
        wait_until(search.done.is_set, browser, START_TIMEOUT_S, "Chromium")
    return SilentLimit(version(program), search.dropped, search.kept_old)


def version(program: str) -> str:
    """What the browser says it is, such as `Chromium 156.0`."""
    said = subprocess.run(
        [program, "--version"], capture_output=True, encoding="utf-8", errors="replace", timeout=30
    )
    return " ".join(said.stdout.split()[:2]) or "unknown"


@contextlib.contextmanager
def browsing(program: str, url: str, *flags: str) -> Iterator[Child]:
    """A browser with a profile of its own that has opened *url*; it is gone after the block."""
    with TemporaryDirectory(prefix="bench-browser-", ignore_cleanup_errors=True) as folder:
        # Root may not use the sandbox; nothing but our own page is opened.
        rootless = ["--no-sandbox"] if os.geteuid() == 0 else []
        command = [program, *_FLAGS, *rootless, *flags, f"--user-data-dir={folder}/profile", url]
        log = Path(folder) / "browser.log"
        # A browser that is killed leaves its socket in the temporary folder: ours goes with us. But
        # where that has a long name, a socket in it would have one that is too long.
        own = {"TMPDIR": folder} if len(os.fsencode(folder)) <= _LONGEST_FOLDER else {}
        with Child("Chromium", command, log=log, variables=own, serves=False) as browser:
            yield browser


class _Search:
    """The bisection, one answer of the browser at a time."""

    def __init__(self) -> None:
        self.kept, self.dropped = SEARCHED
        self.kept_old = True
        self.done = threading.Event()
        self._asked: int | None = None
        """The size set last; None after the old cookie was set, and at the beginning."""
        self._old_is_set = False

    def step(self, held: str) -> str | None:
        """The value of the cookie to be set next, given the one the browser *held*; None: done."""
        if self._asked is not None:
            self._note(len(NAME) + len(held), held == OLD)
            self._asked, self._old_is_set = None, False
        if self.dropped - self.kept <= 1:
            self.done.set()
            return None
        if not self._old_is_set:
            self._old_is_set = True
            return OLD
        self._asked = (self.kept + self.dropped) // 2
        return "x" * (self._asked - len(NAME))

    def _note(self, size: int, old: bool) -> None:
        assert self._asked is not None, "something was asked"
        if size == self._asked:
            self.kept = self._asked
        else:
            self.dropped = self._asked
            self.kept_old = self.kept_old and old


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A browser that is ended in the middle of a request is no error."""


@contextlib.contextmanager
def _serving(search: _Search) -> Iterator[int]:
    """The port of a server whose page asks *search* what to do, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path != "/step":
                self._answer(_PAGE if self.path == "/" else b"", None)
                return
            held = (self.headers.get("Cookie") or "").removeprefix(f"{NAME}=")
            value = search.step(held)
            self._answer(b"done" if value is None else b"more", value)

        def _answer(self, body: bytes, cookie: str | None) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Length", str(len(body)))
            if cookie is not None:
                self.send_header("Set-Cookie", f"{NAME}={cookie}; Path=/")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: a run has its own words."""

    with _QuietServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
