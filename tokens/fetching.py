"""Fetches what an issuer publishes: over https or on loopback, bounded in size and in time."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from urllib.parse import urlsplit

from .door import check_name, check_seconds

FAILURES: tuple[type[Exception], ...] = (OSError, http.client.HTTPException, ValueError)
"""What `Fetch` raises, in whichever way an issuer does not answer as it should."""

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Fetch:
    """GET of one address. No redirect is followed: another place's answer is not this issuer's.

    *what* says in errors what it is that is fetched. ValueError for an address that anybody on
    the way could answer for.
    """

    def __init__(
        self,
        url: str,
        what: str,
        *,
        accept: str,
        limit_bytes: int,
        timeout_s: float,
        context: ssl.SSLContext | None = None,
    ) -> None:
        parts = urlsplit(check_name(url, "url", f"give the address that {what} are fetched from"))
        self.host = parts.hostname or ""
        if parts.scheme != "https" and not (parts.scheme == "http" and self.host in _LOOPBACK):
            raise ValueError(f"{what} are fetched over https; http is for loopback alone")
        if not self.host or parts.username is not None:
            raise ValueError(f"the address that {what} are fetched from has a host and no password")
        self._secure = parts.scheme == "https"
        self._port = parts.port
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._what = what
        self._accept = accept
        self._limit_bytes = limit_bytes
        self._timeout_s = check_seconds(timeout_s, "timeout_s")
        self._context = context

    def __call__(self) -> bytes:
        """The body of a whole answer of status 200; one of `FAILURES` otherwise."""
        connection = self._connection()
        connection.connect()
        # A socket's timeout restarts with every byte that arrives; this one does not. Held
        # here, since the connection lets go of its socket before the answer is read.
        watchdog = threading.Timer(self._timeout_s, _hang_up, [connection.sock])
        watchdog.start()
        try:
            connection.request("GET", self._target, headers={"Accept": self._accept})
            response = connection.getresponse()
            if response.status != http.client.OK:
                raise ValueError(f"status {response.status} instead of {self._what}")
            found = b""
            while chunk := response.read1(self._limit_bytes + 1 - len(found)):
                found += chunk
                if len(found) > self._limit_bytes:
                    raise ValueError(f"{self._what} are at most {self._limit_bytes} bytes")
            if response.length:
                raise ValueError("the answer was cut short")
            return found
        finally:
            watchdog.cancel()
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if not self._secure:
            return http.client.HTTPConnection(self.host, self._port, timeout=self._timeout_s)
        context = self._context or ssl.create_default_context()
        return http.client.HTTPSConnection(
            self.host, self._port, timeout=self._timeout_s, context=context
        )


def _hang_up(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
