"""Answers: JSON unless the client asks for HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Response, request


def wants_html() -> bool:
    """
    Whether the client named text/html in Accept, as every browser does on navigation.

    A client that takes anything (`*/*`), such as curl, gets JSON.
    """
    return "text/html" in request.environ.get("HTTP_ACCEPT", "")


def json_answer(fields: Mapping[str, Any], status: int = 200) -> Response:
    """Return *fields* as JSON."""
    return Response(msgspec.json.encode(fields), status, content_type="application/json")
