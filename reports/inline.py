"""Makes a chart's SVG fit to stand inside a page with a strict content policy.

No style element or attribute survives (the policy forbids them), no ID is used twice, and none
stays that nothing refers to. Colours
stay as plain attributes, which the page's style sheet maps for a dark screen.
"""

from __future__ import annotations

import re

from .theme import DARK

# matplotlib writes one such element; its content becomes attributes of the root.
_STYLE_ELEMENT = re.compile(r"<style[^>]*>.*?</style>", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_STYLE = re.compile(r'\bstyle="([^"]*)"')
_ID = re.compile(r'\bid="([^"]*)"')
_REFERENCE = re.compile(r'(xlink:href="#|url\(#)([^")]*)')
_ROOT = re.compile(r'<svg\b[^>]*?viewBox="([^"]*)"[^>]*>', re.DOTALL)


def inline(svg: str, name: str, labelled_by: str) -> str:
    """Return the `svg` element alone; *name* makes its IDs unique in the page."""
    text = svg[svg.index("<svg") :]
    text = _METADATA.sub("", _STYLE_ELEMENT.sub("", text))
    used = {found[2] for found in _REFERENCE.finditer(text)}
    text = _ID.sub(lambda found: f'id="{name}-{found[1]}"' if found[1] in used else "", text)
    text = _REFERENCE.sub(lambda found: f"{found[1]}{name}-{found[2]}", text)
    text = _STYLE.sub(lambda found: _attributes(found[1]), text)
    opening = (
        rf'<svg viewBox="\1" role="img" aria-labelledby="{labelled_by}" '
        'stroke-linejoin="round" stroke-linecap="butt" '
        'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    )
    text = re.sub(r">\s+<", "><", _ROOT.sub(opening, text, count=1)).strip()
    return re.sub(r"\s+(?=[\s>])", "", re.sub(r"\s*\n\s*", " ", text))


def dark_rules() -> str:
    """Return the style rules that map a chart's colours for a dark screen.

    No ancestor stands in the selectors: what `use` shows has none that they could see.
    """
    return "".join(
        f'[{kind}="{light}"]{{{kind}:{dark}}}'
        for light, dark in DARK.items()
        for kind in ("fill", "stroke")
    )


def _attributes(style: str) -> str:
    """Write the declarations of a style attribute as presentation attributes.

    The font is left to the page, except its size.
    """
    written = []
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip(), value.strip()
        if name == "font":
            size = re.search(r"([\d.]+px)", value)
            weight = re.match(r"(bold|[5-9]00)\b", value)
            written += [f'font-size="{size[1]}"'] if size else []
            written += [f'font-weight="{weight[1]}"'] if weight else []
        elif name and name != "font-family":
            written.append(f'{name}="{value}"')
    return " ".join(written)
