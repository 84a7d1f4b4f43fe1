"""INSECURE ON PURPOSE: what the smallest shop does wrong, for labs 0, 1 and 9."""

from __future__ import annotations

import base64
import json
from typing import Any

from ..shop.small import Page, Request


def remember_last(_: Request, memory: dict[str, Any], name: str) -> str | None:
    """Write down who logged in, for the whole server."""
    memory["name"] = name
    return None


def recall_last(_: Request, memory: dict[str, Any]) -> str | None:
    """Whoever logged in last, whoever asks."""
    name: str | None = memory.get("name")
    return name


def deliver_in_address(page: Page, credential: str) -> None:
    """The ID in every link: in the log, in the history, and in the next site's Referer."""
    page.add_to_links("sid", credential)
    page.set_header("Referrer-Policy", "unsafe-url")


def find_in_address(request: Request) -> str | None:
    """The ID from the address."""
    return request.query.get("sid")


def cart_cookie_of_any_size(cart: dict[str, int]) -> str:
    """The whole cart in the cookie, however large that is."""
    packed = base64.urlsafe_b64encode(json.dumps(cart).encode()).decode()
    return f"cart={packed}; Path=/; Secure; HttpOnly; SameSite=Lax"
