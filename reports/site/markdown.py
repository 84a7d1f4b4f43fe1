"""One page of Markdown as HTML, with the anchors and links of a code host."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from markdown_it import MarkdownIt

from ..terms import slug as word_slug

_PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")


@dataclass(frozen=True)
class Rendered:
    """A page's first heading, and its HTML."""

    title: str
    html: str


def render(text: str, target: Callable[[str], str]) -> Rendered:
    """
    Return the page; *target* returns where a relative link of the Markdown leads in the site.

    Headings get the anchors that code hosts give them, rows of words the anchors of `terms.slug`.
    """
    tokens = _PARSER.parse(text)
    used: dict[str, int] = {}
    title = ""
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            words = "".join(
                child.content
                for child in tokens[place + 1].children or []
                if child.type in ("text", "code_inline")
            )
            token.attrSet("id", anchor(words, used))
            title = title or words
        for child in token.children or []:
            if child.type == "link_open":
                child.attrSet("href", target(str(child.attrGet("href"))))
    html = str(_PARSER.renderer.render(tokens, _PARSER.options, {}))
    html = html.replace("<table>", '<div class="scroll" tabindex="0"><table>')
    html = html.replace("</table>", "</table></div>").replace("<pre>", '<pre tabindex="0">')
    html = re.sub(r"<th[^>]*></th>", "<td></td>", html)
    return Rendered(title, _words(html))


def anchor(words: str, used: dict[str, int]) -> str:
    """Return a heading's anchor as code hosts make it; *used* counts those of the page."""
    plain = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
    count = used.get(plain, 0)
    used[plain] = count + 1
    return f"{plain}-{count}" if count else plain


def _words(html: str) -> str:
    """Return each row of a table of words an anchor."""
    if "<th>word</th>" not in html:
        return html
    return re.sub(
        r"<tr>(\s*)<td>([^<]+)</td>",
        lambda row: f'<tr id="{word_slug(row[2])}">{row[1]}<td>{row[2]}</td>',
        html,
    )
