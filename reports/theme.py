"""One look for every chart: Okabe-Ito colours, one a mechanism and a marker with it.

A chart is drawn once, in the light theme. The dark one is the same SVG with its colours mapped,
which a page does by style sheet and a file by substitution; so every colour drawn must be here.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from unicodedata import east_asian_width

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from .results import Results
from .wording import RIVAL

# A font that letters are borrowed from may have no bold face: the next best will do.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)

INK, MUTED, LINE, SURFACE, BAND = "#1c2430", "#5a6472", "#d5dae1", "#ffffff", "#e9ecf1"
SESSION, TOKEN, CONTROL, ALARM = "#0072b2", "#c44e00", "#6b7078", "#a3285f"
DARK = {
    INK: "#e8ebf0",
    MUTED: "#a7b0bd",
    LINE: "#3a4350",
    SURFACE: "#151a21",
    BAND: "#262e39",
    SESSION: "#56b4e9",
    TOKEN: "#e69f00",
    CONTROL: "#9aa3af",
    ALARM: "#ef86b5",
}
"""What each colour becomes on a dark page. Sky blue and orange are Okabe and Ito's own lighter
twins of the blue and the vermilion (here a shade deeper, for contrast on white)."""
COLOURS = {
    "session": SESSION,
    f"session{RIVAL}": SESSION,
    "token": TOKEN,
    f"token{RIVAL}": TOKEN,
    "control": CONTROL,
}
MARKERS = {
    "session": "o",
    f"session{RIVAL}": "^",
    "token": "D",
    f"token{RIVAL}": "v",
    "control": "s",
}
FAMILY_MARKERS = {"session": ("o", "s", "^"), "token": ("D", "P", "^", "v", "H", "s", "<")}
"""Of the families of a mechanism, the largest first; the page's script has the same."""
DASHES: dict[str, Any] = {
    "session": "-",
    f"session{RIVAL}": (0, (9, 1.5)),
    "token": (0, (5, 1.5)),
    f"token{RIVAL}": (0, (5, 1.5, 1, 1.5)),
    "control": (0, (1, 1.5)),
}

LONGEST, NARROW_LONGEST = 48, 24
"""Characters of a line in a chart; of a label on the axis of a small one."""
WIDE_INCHES, NARROW_INCHES = 7.8, 3.5
RC: dict[Any, Any] = {
    # Matplotlib's own, whatever a matplotlibrc about the place or a notebook has changed.
    **{name: value for name, value in mpl.rcParamsDefault.items() if name != "backend"},
    "text.parse_math": False,  # a name may have dollar signs
    "svg.fonttype": "none",
    "svg.hashsalt": "sessions-or-tokens",
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.linewidth": 0.8,
    "axes.unicode_minus": True,
    "text.color": INK,
    "xtick.color": LINE,
    "xtick.labelcolor": MUTED,
    "ytick.color": LINE,
    "ytick.labelcolor": INK,
    "ytick.left": False,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "hatch.color": ALARM,
    "hatch.linewidth": 0.4,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "figure.facecolor": SURFACE,
    "axes.facecolor": "none",
    "savefig.facecolor": SURFACE,
}
NARROW: dict[Any, Any] = {"legend.fontsize": 8.5, "axes.labelsize": 8.5, "xtick.labelsize": 8.5}


_PLACES = re.compile(r'\b(?:d|x|y|transform|width|height)="[^"]*"')
_PRECISE = re.compile(r"-?\d+\.\d+")


def render(draw: Callable[[Axes], None], height: float, *, narrow: bool, valid: bool) -> Figure:
    """Draw one figure; *height* in inches. A run that failed a gate is hatched throughout."""
    with mpl.rc_context({**RC, **(NARROW if narrow else {})}):
        width = NARROW_INCHES if narrow else WIDE_INCHES
        figure = Figure(figsize=(width, height), layout="constrained")
        ax = figure.add_subplot()
        draw(ax)
        _shorten(ax)
        if not valid:
            _hatch(ax)
        return figure


SAID, KIND = "says:", "kind:"
_KIND = re.compile(rf'<g id="{KIND}([^"]*)">')
_SAID = re.compile(rf'<g id="{SAID}([^"]*)">')


def say(artists: Iterable[Artist], text: str) -> None:
    """Have *artists* show *text* to whoever points at them: the name and the numbers."""
    for artist in artists:
        artist.set_gid(f"{SAID}{text}")


def tag(artists: Iterable[Artist], name: str) -> None:
    """Have the page's script find *artists* by the class *name*."""
    for artist in artists:
        artist.set_gid(f"{KIND}{name}")


def svg(figure: Figure) -> str:
    """Return the figure as SVG, the same bytes every time; what marks say becomes their title."""
    with mpl.rc_context(RC), _any_script():
        target = io.StringIO()
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(target, metadata={"Date": None, "Creator": None})
        # Laid out by now: doing so again for another format takes half of its time.
        figure.set_layout_engine("none")
    text = _PLACES.sub(lambda found: _PRECISE.sub(_rounded, found[0]), target.getvalue())
    text = _KIND.sub(lambda found: f'<g class="{found[1]}">', text)
    return _SAID.sub(lambda found: f"<g><title>{found[1]}</title>", text)


def _rounded(found: re.Match[str]) -> str:
    """Cut a coordinate to what can be seen: a tenth of a point, of markers a hundredth."""
    value = float(found[0])
    return f"{round(value, 1 if abs(value) >= 10 else 2):g}"


def png(figure: Figure) -> bytes:
    """Return the figure as PNG, for places that show no SVG."""
    with mpl.rc_context(RC), _any_script():
        _borrow_letters(figure)
        figure.set_dpi(160)
        target = io.BytesIO()
        canvas: Any = FigureCanvasAgg(figure)
        canvas.print_png(target, metadata={"Software": None})
    return target.getvalue()


def darkened(text: str) -> str:
    """Return an SVG in the dark colours."""
    return re.sub(
        "|".join(DARK), lambda found: DARK[found.group().lower()], text, flags=re.IGNORECASE
    )


def marker_of(results: Results, scheme: str) -> str:
    """Return the marker of a scheme's family, so that shape alone tells families apart."""
    look = results.look(scheme)
    markers = FAMILY_MARKERS.get(look)
    if markers is None:
        return MARKERS[look]
    names = [arm.name for arm in results.recording.run.arms if results.look(arm.name) == look]
    members = Counter(results.family(name) for name in names)
    families = sorted(members, key=lambda family: (-members[family], family))
    return markers[families.index(results.family(scheme)) % len(markers)]


def is_narrow(ax: Axes) -> bool:
    """Return whether the figure is the one for small screens."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure.get_figwidth() < WIDE_INCHES * 0.7


def _shorten(ax: Axes) -> None:
    """Leave axes their room: a name may have any length, and tables have it in full."""
    most = NARROW_LONGEST if is_narrow(ax) else LONGEST
    for axis in (ax.xaxis, ax.yaxis):
        names = [label.get_text() for label in axis.get_ticklabels()]
        short = [_short(name, most) for name in names]
        if short != names:
            axis.set_ticks(axis.get_ticklocs(), short)
    for text in ax.texts:
        text.set_text(_short(text.get_text(), LONGEST))


def _short(text: str, most: int) -> str:
    """Leave out the middle of each line that is wider than *most* Latin letters."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        width = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in line)
        if width > most:
            half = most * len(line) // width // 2
            lines[place] = f"{line[: half - 1]}…{line[-half:]}"
    return "\n".join(lines)


@contextlib.contextmanager
def _any_script() -> Iterator[None]:
    """Draw letters that our font lacks without a word: who reads an SVG has fonts for them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph \d+")
        yield


def _borrow_letters(figure: Figure) -> None:
    """Have letters that our font lacks drawn from fonts of this machine that have them."""
    texts = figure.findobj(Text)
    needed = {ord(letter) for text in texts for letter in text.get_text() if letter.isprintable()}
    own = findfont(FontProperties(family=RC["font.family"]))
    missing = needed - get_font(own).get_charmap().keys()
    families = list(RC["font.family"])
    for font in fontManager.ttflist if missing else ():
        if found := missing & get_font(font.fname).get_charmap().keys():
            families.append(font.name)
            missing -= found
    for text in texts if len(families) > 1 else ():
        text.set_fontfamily(families)


def _hatch(ax: Axes) -> None:
    whole = Rectangle(
        (0, 0),
        1,
        1,
        transform=ax.transAxes,
        facecolor="none",
        edgecolor=ALARM,
        hatch="//",
        linewidth=0,
        alpha=0.45,
        zorder=0.5,
    )
    ax.add_artist(whole)
    ax.set_title("WITHHELD: some figures here", loc="right", color=ALARM, fontsize=9, weight="bold")
