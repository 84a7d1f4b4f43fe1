"""Moments at which a revocation is hardest for a strategy, and how an adversary finds them.

Against a scheme that remembers what it looked up, the moment is right after a node looked: the
prober finds it alone, since a node's first accept is its first look. Two strategies need help
from the store, which an adversary may well have: one who polls is weakest right after a poll,
and one who is told is weakest while the line on which it is told is cut.
"""

from __future__ import annotations

import contextlib
from socket import socket as Socket  # noqa: N812 - `socket` is an attribute here
from typing import Any, Protocol

import valkey

from demo.auth import Scheme

from ..payload.wire import connect

CONNECT_LIMIT_S = 2.0
POLLING = ("snapshot", "statuslist", "filter")
TOLD = ("pushed",)


class Attack(Protocol):
    """Says when to revoke, once every node has accepted the credential often enough."""

    @property
    def socket(self) -> Socket | None:
        """Becomes readable when there may be news; None if there is nothing to wait for."""

    def begin(self) -> None:
        """Every node is warm."""

    def is_due(self) -> bool:
        """Whether the moment is now."""

    def close(self) -> None: ...


class AfterPoll:
    """Right after some node has read the order of denials of *scheme*, as the store saw it."""

    def __init__(self, scheme: str, port: int) -> None:
        # What `denied_since` does in the server, and nothing else of this scheme does.
        self._sign = f'lua] "XRANGE" "{scheme}:'.encode()
        self._heard = b""
        self.socket: Socket | None = connect("127.0.0.1", port, CONNECT_LIMIT_S)
        self.socket.sendall(b"MONITOR\r\n")
        self.socket.setblocking(False)

    def begin(self) -> None:
        """Forget the polls there were before."""
        self.is_due()

    def is_due(self) -> bool:
        assert self.socket is not None
        with contextlib.suppress(BlockingIOError):
            while data := self.socket.recv(65536):
                self._heard += data
        whole, _, self._heard = self._heard.rpartition(b"\n")
        return self._sign in whole

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()


class WhileCutOff:
    """Right after every line on which nodes are told of denials was cut."""

    def __init__(self, port: int) -> None:
        self.socket: Socket | None = None
        self._client: Any = valkey.Valkey(port=port, socket_timeout=CONNECT_LIMIT_S)
        self._client.ping()

    def begin(self) -> None:
        """Cut them."""
        self._client.client_kill_filter(_type="pubsub")

    def is_due(self) -> bool:
        return True

    def close(self) -> None:
        self._client.close()


def attack_on(scheme: Scheme, valkey_port: int | None) -> Attack | None:
    """
    The attack that *scheme* needs beside the prober's own; None if that is the hardest.

    *valkey_port* is that of a server that is nobody else's; None if there is no such server, and
    then no line is cut and nobody is listened to.
    """
    parts = scheme.name.split("-")
    if valkey_port is None or parts[-1] != "redis":
        return None
    if any(part in POLLING for part in parts):
        return AfterPoll(scheme.name, valkey_port)
    return WhileCutOff(valkey_port) if any(part in TOLD for part in parts) else None
