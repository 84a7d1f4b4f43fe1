"""Who may be asked, and how much: this machine freely, another only when it is named twice."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..payload.wire import Connection

ANSWER_S = 5.0
REMOTE_INTERVAL_MS = 50.0
"""Another machine is asked by each node's probe at most twenty times a second."""
REMOTE_REQUESTS = 20_000
REQUESTS = 1_000_000


class TargetError(ValueError):
    """A node that cannot be asked, or not like that; the message says why."""


@dataclass(frozen=True)
class Node:
    """One base URL, in parts."""

    scheme: str
    host: str
    port: int
    authority: str
    """Host and port as the URL has them, for the Host header."""
    base: str
    """The path before every path; empty or without a slash at its end."""

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"

    @property
    def is_here(self) -> bool:
        """Whether its name can mean no machine but this one (RFC 6761 section 6.3)."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def connect(self) -> Connection:
        """A connection to it; certificates are checked as the system does."""
        tls = ssl.create_default_context() if self.scheme == "https" else None
        return Connection(self.host, self.port, timeout_s=ANSWER_S, tls=tls)


def parse_node(url: str) -> Node:
    """The node at *url*; `TargetError` if it is not the URL of one."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise TargetError(f"{url!r} is not a URL: {exc}") from exc
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise TargetError(f"{url!r} is not a URL such as http://127.0.0.1:8000")
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise TargetError(f"{url!r} has more than a host, a port and a path")
    port = port or (443 if parts.scheme == "https" else 80)
    return Node(parts.scheme, parts.hostname, port, parts.netloc, parts.path.rstrip("/"))


def check_targets(
    nodes: Sequence[Node],
    named: Collection[str],
    *,
    interval_ms: float,
    requests: float,
) -> None:
    """Raise `TargetError` unless these *nodes* may be asked so often and so much.

    *named* are the hosts that were named on the command line, beside the file.
    """
    strangers = sorted({node.host for node in nodes if not node.is_here})
    for host in strangers:
        if host not in named:
            raise TargetError(
                f"{host} is not this machine: if it is yours to probe, say so with "
                f"--i-may-probe {host}"
            )
    if strangers and interval_ms < REMOTE_INTERVAL_MS:
        raise TargetError(
            f"another machine is asked every {REMOTE_INTERVAL_MS:g} ms at most: "
            f"set interval_ms = {REMOTE_INTERVAL_MS:g} or more under [watch]"
        )
    limit = REMOTE_REQUESTS if strangers else REQUESTS
    if requests > limit:
        raise TargetError(
            f"about {requests:,.0f} requests would be sent, and the limit is {limit:,}: "
            "lower trials or after_s under [watch], or raise interval_ms"
        )
