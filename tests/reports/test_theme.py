"""Names as people write them, in charts."""

from __future__ import annotations

import re
from html import unescape

import pytest
from matplotlib.axes import Axes

from reports import theme

NAMES = [
    "$5 tier vs $10 tier",
    "shop $_$ v2",
    "a_b^{c} \\alpha",
    "_internal",
    "商店",
    "מכירות",
    "<b>&amp; \"quoted\" 'too'",
    "two\nlines",
    " ",
]


def labelled(name: str, place: str = "axis", *, narrow: bool = False) -> str:
    """Draw a chart with *name* in it, in both formats, and give the SVG."""

    def draw(ax: Axes) -> None:
        ax.plot([0, 1], [0, 1])
        if place == "axis":
            ax.set_yticks([0, 1], [name, "other"])
        else:
            ax.annotate(name, (0, 0), annotation_clip=False)

    figure = theme.render(draw, 2.0, narrow=narrow, valid=True)
    drawn = theme.svg(figure)
    assert theme.png(figure).startswith(b"\x89PNG")
    assert figure.axes[0].get_position().width > 0.3
    return drawn


def written(svg: str) -> list[str]:
    """Give what can be read in an SVG."""
    return [unescape(text) for text in re.findall(r">([^<>]+)</text>", svg)]


@pytest.mark.parametrize("place", ["axis", "line"])
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_drawn_as_it_is_written(name: str, place: str) -> None:
    """No mathematics, no boxes for want of a font, no mark-up; and not a word about it."""
    texts = written(labelled(name, place))
    for line in name.strip().split("\n"):
        assert line.strip() in [text.strip() for text in texts] or not line.strip()


@pytest.mark.parametrize("place", ["axis", "line"])
@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", ["x" * 120, "a name of many words " * 6, "商店" * 60])
def test_a_long_name_leaves_room_for_the_chart(name: str, place: str, *, narrow: bool) -> None:
    """Beginning and end are kept; the table has it in full."""
    texts = written(labelled(name, place, narrow=narrow))
    assert [text for text in texts if "…" in text]
    assert max(map(len, texts)) <= theme.LONGEST


def test_what_a_notebook_or_a_matplotlibrc_set_has_no_say() -> None:
    import matplotlib as mpl

    plain = labelled("plain")
    with mpl.rc_context({"lines.linewidth": 9, "font.size": 30, "axes.grid": True}):
        assert labelled("plain") == plain
