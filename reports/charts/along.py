"""Cost against one condition: live sessions, revocations, claims. One chart a condition."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes

from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import COLOURS, DASHES, marker_of
from ..wording import cost
from . import alike, ends, grid, lanes

GROWN = 1.2
"""From here on a line has grown."""


@dataclass
class Along:
    """The check, or a revoke of everything, along one condition."""

    SECTION: str
    level: str
    """The claim where no line grows."""
    grows: str
    """The claim where one does."""
    axis: str
    of_what: str
    """What is counted along the axis."""
    metric: str = "verify_us_p50"
    what: str = "The check alone, in a hot loop"

    def applies(self, results: Results) -> bool:
        """Return whether the condition was varied."""
        return bool(self._lines(results))

    def title(self, results: Results) -> str:
        """Return whether it grows."""
        first, last = self._steepest(results)
        grows = last.value >= GROWN * first.value
        return self.grows if grows else self.level

    def caption(self, results: Results) -> str:
        """Return the scheme that grows most, from the first to the last."""
        first, last = self._steepest(results)
        verb = "rises" if last.value >= first.value else "falls"
        return (
            f"{results.title(first.scheme)} {verb} most, from {self._cost(first)} to "
            f"{self._cost(last)} at {self._at(results, last):,.0f} {self.of_what}."
        )

    def reading(self, results: Results) -> str:
        """Say what was timed, and how sure it is."""
        first, _ = self._steepest(results)
        sure = (
            f"with 95 % intervals over {first.rounds} processes, by which level lines differ too"
            if (first.rounds or 0) > 1
            else "of one process, so without an interval"
        )
        return f"{self.what}: medians {sure}.{self._chosen(results).remark}"

    def _steepest(self, results: Results) -> tuple[Row, Row]:
        found = self._lines(results)
        rows = max(found.values(), key=lambda rows: rows[-1].value / rows[0].value)
        return rows[0], rows[-1]

    def _cost(self, row: Row) -> str:
        return cost(row.value * (1e3 if row.unit == "ms" else 1.0))

    def table(self, results: Results) -> Table:
        """Return the cost at each place."""
        found = self._lines(results)
        known = sorted({self._at(results, row) for rows in found.values() for row in rows})
        cells: dict[str, list[Row | None]] = {
            scheme: [
                next((row for row in rows if self._at(results, row) == one), None) for one in known
            ]
            for scheme, rows in found.items()
        }
        return by_scheme(cells, [f"{one:,.0f}" for one in known])

    def height(self, results: Results, *, narrow: bool) -> float:
        """Return a height that leaves room for the names at the ends of the lines."""
        count = len(self._chosen(results).drawn)
        return 3.3 if narrow else ends.height_for(count, least=3.2)

    def draw(self, results: Results, ax: Axes) -> None:
        """Draw one line a scheme, with intervals."""
        everything, choice = self._lines(results), self._chosen(results)
        found = {scheme: everything[scheme] for scheme in choice.drawn}
        places = [self._at(results, row) for rows in found.values() for row in rows]
        for scheme, rows in found.items():
            mechanism = results.look(scheme)
            ax.errorbar(
                [self._at(results, row) for row in rows],
                [row.value for row in rows],
                yerr=[_below(rows), _above(rows)],
                color=COLOURS[mechanism],
                linestyle=DASHES[mechanism],
                marker=marker_of(results, scheme),
                markersize=4.5,
                linewidth=1.6,
                elinewidth=1.0,
            )
        ax.set_yscale("log")
        lowest = min(place for place in places if place > 0)
        if min(places) > 0:
            ax.set_xscale("log")
        else:
            ax.set_xscale("symlog", linthresh=lowest, linscale=0.6)
            ax.set_xlim(left=-0.06 * lowest)
        lanes.tick_at(ax, places)
        lanes.log_times(ax.yaxis, 1e3 if self.metric.endswith("ms_p50") else 1.0)
        ax.grid(axis="y")
        lanes.legend(ax, [results.look(scheme) for scheme in found])
        lanes.label_axis(ax, f"{self.of_what}, logarithmic")
        ax.set_ylabel("median, logarithmic")
        last = [(s, self._at(results, rows[-1]), rows[-1].value) for s, rows in found.items()]
        ends.name_lines(ax, results, last, choice.stands_for)

    def _chosen(self, results: Results) -> alike.Chosen:
        return alike.chosen(
            results,
            {
                scheme: {self._at(results, row): row.value for row in rows}
                for scheme, rows in self._lines(results).items()
            },
        )

    def _at(self, results: Results, row: Row) -> float:
        return grid.at(results, row, self.axis)

    def _lines(self, results: Results) -> dict[str, list[Row]]:
        if self.metric == "verify_us_p50":
            return grid.lines(results, self.axis)
        found: dict[str, list[Row]] = {}
        for row in sorted(results.of(self.metric), key=lambda one: one.population or 0):
            if row.measure == "scale":
                found.setdefault(row.scheme, []).append(row)
        for scheme, rows in found.items():
            # Among the fewest others: with two crowds at one place a line would go up and down.
            first = {self._at(results, row): row for row in reversed(rows)}
            found[scheme] = [first[place] for place in sorted(first)]
        kept = {scheme: rows for scheme, rows in found.items() if len(rows) > 1}
        return dict(sorted(kept.items(), key=lambda item: (-item[1][-1].value, item[0])))


def _below(rows: list[Row]) -> list[float]:
    return [0.0 if row.ci_low is None else row.value - row.ci_low for row in rows]


def _above(rows: list[Row]) -> list[float]:
    return [0.0 if row.ci_high is None else row.ci_high - row.value for row in rows]


POPULATION = Along(
    "lookup",
    "A check costs as much with many live logins as with few",
    "A check costs more the more logins are alive",
    "population",
    "live logins",
)
DENIED = Along(
    "lookup",
    "A check costs as much after many revocations as after few",
    "A check costs more the more has been revoked",
    "denied",
    "live revocations",
)
CLAIMS = Along(
    "lookup",
    "A check costs as much with many claims as with few",
    "A check costs more the more it says of the user",
    "claims",
    "claims",
)
REVOKE_ALL = Along(
    "revocation",
    "Logging out everywhere takes as long with many logins as with one",
    "Logging out everywhere takes longer the more logins a user has",
    "subject_sessions",
    "live logins of the user",
    "revoke_all_ms_p50",
    "The call that ends them all, without HTTP",
)
