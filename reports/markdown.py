"""The report as Markdown, for a code host: the same words, images beside it."""

from __future__ import annotations

import re

from .document import Document
from .html import environment
from .tables import Table


def text(document: Document) -> str:
    """Write `report.md`."""
    # Not HTML: what a record says is escaped for Markdown instead.
    templates = environment(autoescape=False)
    templates.filters["md"] = escape
    templates.filters["table"] = table
    by_id = {one["id"]: one["title"] for one in document.known["schemes"]}
    first, second = [*(by_id[name] for name in document.known["pair"]), "", ""][:2]
    template = templates.get_template("report.md")
    text = template.render(document=document, first=first, second=second)
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


def table(shown: Table) -> str:
    """Write a table, figures to the right."""
    lines = [
        " | ".join(map(escape, shown.columns)),
        " | ".join([":--", *["--:"] * (len(shown.columns) - 1)]),
        *(" | ".join(map(escape, row)) for row in shown.rows),
    ]
    return "\n".join(f"| {line} |" for line in lines)


def escape(said: object) -> str:
    """Keep text from being read as Markdown or HTML."""
    written = str(said).replace("\n", " ")
    for mark in "\\`*_[]<>|":
        written = written.replace(mark, f"\\{mark}")
    return written
