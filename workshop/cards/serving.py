"""`cards`: serve the cards to a browser on this machine alone, and stop after a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from ..runner.folder import Folder
from ..shop.guard import guarded
from ..shop.serving import listen
from .deck import deck
from .pages import cards_app
from .table import Table

DEFAULT_PORT = 8410
"""Not the shop's: on its origin a naive shop's script could press the buttons of the cards."""
HOST = "127.0.0.1"
MARKER = "cards"


class PortTaken(Exception):
    """Somebody else listens there."""


@contextmanager
def open_cards(table: Table, port: int) -> Iterator[int]:
    """Serve *table* on loopback, behind the shop's own guard, and give the port."""
    server, thread = listen(guarded(cards_app(table), MARKER), HOST, port)
    try:
        yield server.socket.getsockname()[1]
    finally:
        server.shutdown()
        thread.join()
        table.close()
        server.server_close()


def serve(folder: Folder, port: int, minutes: float, say: Callable[[str], None]) -> None:
    """Serve until the time is over or Ctrl-C comes; PortTaken with the way round it."""
    with ExitStack() as stack:
        try:
            bound = stack.enter_context(open_cards(Table(folder), port))
        except (OSError, OverflowError) as exc:
            other = f"python -m workshop cards --port {DEFAULT_PORT + 1}"
            raise PortTaken(f"port {port} cannot be had, perhaps it is taken: {other}") from exc
        say(f"{len(deck())} cards: http://{HOST}:{bound}/lab")
        say(f"For this machine alone; they stop after {minutes:g} minutes. Ctrl-C stops them.")
        try:
            threading.Event().wait(minutes * 60)
            say(f"Stopped after {minutes:g} minutes.")
        except KeyboardInterrupt:
            say("Stopped.")
