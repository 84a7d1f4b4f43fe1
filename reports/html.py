"""The page: one file that opens offline, asks nothing of anybody and runs no script."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from .document import Document, Figure
from .inline import dark_rules, inline

TEMPLATES = Path(__file__).parent / "templates"


def page(document: Document) -> str:
    """Write `index.html`."""
    style = (TEMPLATES / "report.css").read_text() + (
        f"@media screen and (prefers-color-scheme:dark){{{dark_rules()}}}"
    )
    return (
        environment()
        .get_template("report.html")
        .render(
            document=document,
            style=Markup(style),  # noqa: S704 - our own style sheet
            policy=_policy(style),
            drawing=_drawing,
            named=_marking([arm.name for arm, _ in document.schemes if arm.mechanism != "control"]),
        )
    )


def environment(**options: Any) -> Environment:
    """Give the templates, which escape whatever a record says."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=options.pop("autoescape", True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )


def _policy(style: str) -> str:
    """Allow the one style sheet of the page, and nothing else at all."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _marking(names: list[str]) -> Callable[[str], Markup]:
    """Give a function that marks the names of schemes, so that a sentence can be scanned."""
    longest_first = sorted(map(re.escape, names), key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w-])({'|'.join(longest_first) or '(?!)'})(?![\w-])")

    def mark(text: str) -> Markup:
        pieces = pattern.split(text)
        opening, closing = Markup('<span class="name">'), Markup("</span>")
        return Markup().join(
            opening + piece + closing if place % 2 else escape(piece)
            for place, piece in enumerate(pieces)
        )

    return mark


def _drawing(figure: Figure, form: str) -> Markup:
    name = f"{figure.name}-{form}"
    label = f"title-{figure.name} caption-{figure.name}"
    svg = figure.wide if form == "wide" else figure.narrow
    return Markup(inline(svg, name, label))  # noqa: S704 - drawn by ourselves, text escaped
