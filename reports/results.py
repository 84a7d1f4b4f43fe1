"""A run evaluated: its rows, its trials and its verdicts. What charts and sentences read."""

from __future__ import annotations

from dataclasses import dataclass

from .loading import Recording
from .measures import calibration, lookup, payload, revocation
from .measures.revocation import Trials
from .rows import Row, find
from .validity import Verdict, judge


@dataclass(frozen=True)
class Results:
    """Everything that a report says comes from here, and every number of it from `rows`."""

    recording: Recording
    rows: tuple[Row, ...]
    trials: tuple[Trials, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def valid(self) -> bool:
        """Whether no gate failed."""
        return all(verdict.passed for verdict in self.verdicts)

    def find(self, metric: str, scheme: str | None = None, **noted: str) -> Row | None:
        """Give the first row that fits, or None."""
        return find(self.rows, metric, scheme, **noted)

    def mechanism(self, scheme: str) -> str:
        """Give `session`, `token` or `control`."""
        return self.recording.arm(scheme).mechanism

    def noise_us(self, layer: str) -> Row | None:
        """Give the noise floor of a layer."""
        return self.find("aa_noise_us", layer=layer)

    def main(self, metric: str) -> dict[str, Row]:
        """Give the rows of *metric* under the regime that most schemes were measured under.

        One row a scheme; where only the population or the claims differ, the smallest.
        """
        regimes: dict[tuple[str, ...], dict[str, Row]] = {}
        for one in sorted(self.rows, key=lambda r: (r.population or 0, r.claims or 0)):
            if one.metric != metric:
                continue
            regimes.setdefault(one.regime(), {}).setdefault(one.scheme, one)
        if not regimes:
            return {}
        return min(regimes.items(), key=lambda item: (-len(item[1]), item[0]))[1]

    def ending_one(self, metric: str, scheme: str, *phases: str) -> Row | None:
        """Give the row about ending one login in the first of *phases* that was measured.

        `all` pools them: right for counts and the worst, while a median is one of a phase.
        """
        for phase in phases:
            found = self.find(metric, scheme, kind="one", phase=phase)
            if found is not None:
                return found
        return self.find(metric, scheme, kind="one") or self.find(metric, scheme)

    def costs(self, metric: str) -> dict[str, Row]:
        """Give the costs of real schemes, cheapest first."""
        found = {
            scheme: one
            for scheme, one in self.main(metric).items()
            if self.mechanism(scheme) != "control"
        }
        return dict(sorted(found.items(), key=lambda item: item[1].value))


def evaluate(recording: Recording) -> Results:
    """Compute everything the report says, once."""
    timed = lookup.rows(recording)
    rows = [
        *timed,
        *revocation.rows(recording),
        *payload.rows(recording),
        *calibration.rows(recording, timed),
    ]
    return Results(
        recording=recording,
        rows=tuple(rows),
        trials=tuple(revocation.trials(recording)),
        verdicts=tuple(judge(recording, rows)),
    )
