"""What is for this machine alone: transports that leak, and labs."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import Request

from .problems import Problem

_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


def is_loopback(host: str) -> bool:
    """Whether *host*, an address or a name, is this machine and nothing else."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        # Names under .localhost never leave the machine either (RFC 6761 section 6.3).
        return host == "localhost" or host.endswith(".localhost")


def refuse_strangers(request: Request) -> None:
    """
    Raise `Problem` 403 unless the request came from this machine, for this machine.

    The name that was asked for counts as well as the address it came from: a page elsewhere may
    have its name resolved to 127.0.0.1, and a proxy on this machine speaks for anybody.
    """
    remote = request.environ.get("REMOTE_ADDR", "")
    named = urlsplit(f"//{request.environ.get('HTTP_HOST', '')}").hostname or ""
    proxied = any(name in request.headers for name in _FORWARDED)
    if proxied or not is_loopback(remote) or not is_loopback(named):
        raise Problem(
            403,
            "This scheme is for teaching, on this machine alone",
            "its credential leaks; ask from this machine with no proxy, at 127.0.0.1 or localhost, "
            "or serve a scheme whose credential travels in a cookie",
        )
