"""The page: one file that opens offline, asks nothing of anybody and runs one script of its own.

The script answers for the reader's system; without it the page answers for a usual one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from .advice import Facts, Question, advise, answer, say
from .document import Document
from .inline import dark_rules, inline
from .question import CHOICES, NUMBERS
from .sections import Figure
from .terms import marking, slug, terms

SLIDERS = (
    ("rtt_ms", "Your store is"),
    ("life_s", "Access tokens live"),
    ("every_s", "A user sends a request every"),
    ("whole_ms", "A request takes"),
    ("need_s", "A logout must act"),
)
"""Name and label of each slider of the first screen."""
TEMPLATES = Path(__file__).parent / "templates"


def page(document: Document, *, published: bool = False) -> str:
    """Return `index.html`; *published*: without links to the files that Git does not keep."""
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8") + (
        f"@media screen and (prefers-color-scheme:dark){{{dark_rules()}}}"
    )
    script, known = _script(document), terms()
    return (
        environment()
        .get_template("report.html")
        .render(
            document=document,
            published=published,
            style=Markup(style),  # noqa: S704 - our own style sheet
            script=Markup(script),  # noqa: S704 - our own script
            data=_embedded(document.facts),
            known=document.known,
            known_data=_embedded(document.known),
            answer=document.answer,
            titles={one["id"]: one["title"] for one in document.known["schemes"]},
            sliders=SLIDERS,
            terms=[(slug(words), words, meaning) for words, meaning in known],
            termed=marking(known),
            advice=_advice(document),
            numbers=NUMBERS,
            choices=CHOICES,
            policy=_policy(style, script),
            drawing=_drawing,
            named=_marking([arm.name for arm, _ in document.schemes if arm.mechanism != "control"]),
        )
    )


def _script(document: Document) -> str:
    """Put together the scripts that have something to do."""
    names = ["answer.js", "screen.js"] if document.known["pair"] else []
    names += ["advice.js"] if _can_rank(document) else []
    names += ["present.js"] if document.known["pair"] else []
    return "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in names)


def _can_rank(document: Document) -> bool:
    return any(one["measured"] for one in document.facts["schemes"])


def environment(**options: Any) -> Environment:
    """Return the templates, which escape whatever a record says."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=options.pop("autoescape", True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )


def _policy(style: str, script: str) -> str:
    """Allow the one style sheet and the one script of the page, and nothing else at all."""
    allowed = f"default-src 'none'; style-src '{_digest(style)}'"
    if script:
        # A picture that is saved is drawn from data of the page itself.
        allowed += f"; script-src '{_digest(script)}'; img-src data:"
    return f"{allowed}; base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _embedded(known: Facts) -> Markup:
    """Write the data as JSON that cannot end the element it stands in."""
    text = json.dumps(known, ensure_ascii=False, separators=(",", ":"))
    for mark in "<>&":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return Markup(text)  # noqa: S704 - its marks are escaped


def _advice(document: Document) -> dict[str, Any]:
    """Return what the form says before anybody has touched it, and where no script runs."""
    question = Question()
    found = advise(document.facts, question)
    if not _can_rank(document):
        return {}
    return {
        "question": question,
        "answer": answer(document.facts, found.ranked[0]),
        "against": [say(document.facts, one) for one in found.against],
        "takes": [say(document.facts, one) for one in found.takes],
    }


def _marking(names: list[str]) -> Callable[[str], Markup]:
    """Return a function that marks the names of schemes, so that a sentence can be scanned."""
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
    # Short, since it stands at every mark of the drawing.
    name = f"d{hashlib.sha256(f'{figure.name} {form}'.encode()).hexdigest()[:5]}"
    label = f"title-{figure.name} caption-{figure.name}"
    svg = figure.wide if form == "wide" else figure.narrow
    return Markup(inline(svg, name, label))  # noqa: S704 - drawn by ourselves, text escaped
