"""The relay as the bench holds it: a process of its own, told what to do over a socket."""

from __future__ import annotations

import re
import socket
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ..processes.children import BenchError, Child, wait_until

PROGRAM = Path(__file__).with_name("relay.py")
START_TIMEOUT_S = 10.0
_LISTENING = re.compile(r"relay: listening on (\d+)")


class Relayed:
    """An address in front of a store; `with` starts and stops the relay behind it."""

    def __init__(self, name: str, port: int, folder: Path, cores: Sequence[int] = ()) -> None:
        """*port* is the store's, on this machine; *folder* takes log and socket."""
        self._name = f"relay of {name}"
        self._upstream = port
        self._log = folder / f"relay-{name}.log"
        self._control = folder / f"relay-{name}.socket"
        self._cores = cores

    @property
    def port(self) -> int:
        """Where nodes find the store."""
        return self._port

    def tell(self, command: str) -> None:
        """Have the relay misbehave as *command* says, from now on; relay.py lists them."""
        self._socket.sendall(command.encode() + b"\n")
        answer = self._socket.recv(100)
        if answer != b"ok\n":
            raise BenchError(f"{self._name} answered {command!r} with {answer!r}")

    def __enter__(self) -> Relayed:
        command: list[str | Path] = [sys.executable, "-I", "-S", PROGRAM]
        command += ["127.0.0.1", str(self._upstream), self._control]
        child = Child(self._name, command, log=self._log, cores=self._cores)
        try:
            wait_until(partial(self._announced), child, START_TIMEOUT_S, self._name)
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(START_TIMEOUT_S)
            self._socket.connect(str(self._control))
        except BaseException:
            child.stop()
            raise
        self._child = child
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._child.stop()

    def _announced(self) -> bool:
        found = _LISTENING.search(self._log.read_text(errors="replace", encoding="utf-8"))
        if found is None:
            return False
        self._port = int(found[1])
        return True
