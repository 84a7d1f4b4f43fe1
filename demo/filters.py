"""What the templates show of instants and of tokens."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

from flask import Flask, current_app, request, url_for

from .agents import summary


def register_filters(app: Flask) -> None:
    """Add to *app*'s templates what every page needs."""
    app.add_template_filter(decoded)
    app.add_template_filter(moment)
    app.add_template_filter(summary, "agent")
    app.jinja_env.globals["home"] = home


def home() -> str:
    """Return the address of the page that this app is about."""
    if "pages" in current_app.blueprints:
        return url_for("pages.page")
    return f"{request.script_root}/"


def moment(instant: float) -> str:
    """Return an instant as people read it."""
    try:
        return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return "an unknown time"


def decoded(credential: str) -> dict[str, str] | None:
    """
    Give a token's header and claims as indented JSON; None for what is opaque.

    Decoded only: that says nothing about whether the signature is good.
    """
    parts = credential.split(".")
    if len(parts) != 3:
        return None
    try:
        header, claims = (json.loads(_unpadded(part)) for part in parts[:2])
    except (ValueError, RecursionError):
        return None
    return {
        "header": json.dumps(header, indent=2),
        "claims": json.dumps(claims, indent=2),
    }


def _unpadded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
