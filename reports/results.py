"""A run evaluated: its rows, its trials and its verdicts. What charts and sentences read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from audit.selfchecks import checks

from .loading import Recording
from .measures import (
    beside,
    break_even,
    calibration,
    in_request,
    journey,
    lookup,
    model,
    outage,
    payload,
    revocation,
    scale,
    traffic,
    twins,
    worst,
)
from .measures.model import Model
from .measures.outage import Fault
from .measures.revocation import Trials
from .measures.scale import Point
from .measures.traffic import Profile
from .measures.worst import History
from .records import records_of
from .rows import Row, find
from .validity import VALIDITIES, Verdict, judged, verdicts
from .wording import RIVAL


@dataclass(frozen=True)
class Results:
    """Everything that a report says comes from here, and every number of it from `rows`."""

    recording: Recording
    rows: tuple[Row, ...]
    trials: tuple[Trials, ...]
    verdicts: tuple[Verdict, ...]
    points: tuple[Point, ...] = ()
    """The grid of conditions that the hot loop was run over."""
    models: tuple[Model, ...] = ()
    faults: tuple[Fault, ...] = ()
    history: History | None = None
    """The revocation that took longest to bite."""
    profile: Profile = field(default_factory=Profile)
    """The traffic that bytes are added up for."""

    @property
    def valid(self) -> bool:
        """Whether no figure is withheld."""
        return not self.counted["withheld"]

    @cached_property
    def counted(self) -> Mapping[str, int]:
        """How many figures are sound, rough and withheld."""
        seen = Counter(row.validity for row in self.rows)
        return {validity: seen[validity] for validity in VALIDITIES}

    def find(self, metric: str, scheme: str | None = None, **wanted: str | float) -> Row | None:
        """Return the first row that fits, or None."""
        return find(self.of(metric), metric, scheme, **wanted)

    def of(self, *metrics: str) -> list[Row]:
        """Return the rows of *metrics*, of each in their order."""
        return [row for metric in metrics for row in self._by_metric.get(metric, ())]

    @cached_property
    def _by_metric(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.metric, []).append(row)
        return found

    def mechanism(self, scheme: str) -> str:
        """Return `session`, `token` or `control`; a scheme measured again is a control too."""
        return "control" if self.repeated(scheme) else self.recording.arm(scheme).mechanism

    def repeated(self, name: str) -> str:
        """Return the scheme that the arm *name* only measures again; empty for an ordinary one."""
        arm = self.recording.arm(name)
        return arm.scheme if arm.is_again else ""

    def rival(self, scheme: str) -> str:
        """Return the library, with its version, of a scheme that is not ours; empty for ours."""
        return self.recording.arm(scheme).library

    def title(self, scheme: str) -> str:
        """Return the name that people read."""
        return self.recording.arm(scheme).title or scheme

    def family(self, scheme: str) -> str:
        """Return what schemes have in common that differ in transport, algorithm or store alone."""
        return self.recording.arm(scheme).family or self.title(scheme)

    def is_local(self, scheme: str) -> bool:
        """Return whether its state stays on one machine."""
        return self.recording.arm(scheme).is_local

    def look(self, scheme: str) -> str:
        """Return what decides colour and marker: the mechanism, and whose it is."""
        return self.mechanism(scheme) + (RIVAL if self.rival(scheme) else "")

    def noise_us(self, layer: str, like: Row | None = None) -> Row | None:
        """Return the noise floor of a layer, at the load and distance of *like* if it is given."""
        if like is None or like.plain:
            return self.find("aa_noise_us", layer=layer)
        about = (layer, like.load, like.far, like.store_rtt_ms)
        for one in self.of("aa_noise_us"):
            if (one.layer, one.load, one.far, one.store_rtt_ms) == about:
                return one
        return None

    def floor_us(self, layer: str, *schemes: str) -> Row | None:
        """Return the noise floor of a layer for *schemes*: the largest of their kinds.

        Equal arms with a store differ by more than the two controls, which ask none; and so do
        equal tokens, which check a signature.
        """
        plain = self.noise_us(layer)
        if plain is None:
            return None
        reads = [self.find("store_reads", scheme, layer="span") for scheme in schemes]
        stored = any(row is not None and row.value for row in reads)
        kinds = ["aa_noise_store_us"] if stored else []
        if any(self.mechanism(scheme) == "token" for scheme in schemes):
            kinds.append("aa_noise_token_us")
        found = [self.find(kind, layer=layer) for kind in kinds]
        return max([plain, *filter(None, found)], key=lambda row: row.value)

    def main(self, metric: str) -> dict[str, Row]:
        """Return the rows of *metric* under the regime that most schemes were measured under.

        One row a scheme; where only the population or the claims differ, the smallest.
        """
        regimes: dict[tuple[str, ...], dict[str, Row]] = {}
        for one in sorted(self.of(metric), key=lambda r: (r.population or 0, r.claims or 0)):
            if one.measure == "scale" or not one.plain:
                continue
            regimes.setdefault(one.regime(), {}).setdefault(one.scheme, one)
        if not regimes:
            return {}
        return min(regimes.items(), key=lambda item: (-len(item[1]), item[0]))[1]

    def ending_one(self, metric: str, scheme: str, *phases: str) -> Row | None:
        """Return the row about ending one login in the first of *phases* that was measured.

        `all` pools them: right for counts and the worst, while a median is one of a phase.
        """
        for phase in phases:
            found = self.find(metric, scheme, kind="one", phase=phase)
            if found is not None:
                return found
        return self.find(metric, scheme, kind="one") or self.find(metric, scheme)

    def costs(self, metric: str) -> dict[str, Row]:
        """Return the costs of real schemes, cheapest first."""
        found = {
            scheme: one
            for scheme, one in self.main(metric).items()
            if self.mechanism(scheme) != "control"
        }
        return dict(sorted(found.items(), key=lambda item: item[1].value))


def evaluate(recording: Recording, profile: Profile | None = None) -> Results:
    """Compute everything the report says, once."""
    profile = profile or Profile()
    timed, sizes = lookup.rows(recording), payload.rows(recording)
    points = scale.points(recording)
    fitted = model.models(recording, points)
    gathered = revocation.trials(recording)
    history = worst.history(recording, gathered)
    rows = [
        *timed,
        *in_request.rows(timed),
        *beside.rows(recording),
        *revocation.rows(recording, gathered),
        *worst.rows(recording, history),
        *outage.rows(recording),
        *sizes,
        *traffic.rows(recording, profile, sizes),
        *scale.rows(recording),
        *break_even.rows(recording, points),
        *model.rows(recording, fitted),
        *calibration.rows(recording, timed),
        *twins.rows(recording),
        *journey.rows(recording),
    ]
    records = records_of(recording)
    found = checks(records)
    rows = judged(rows, records, found)
    # Whoever asks for one row of several means the plain one: low load, store nearest.
    rows.sort(key=lambda one: (one.load == "high", one.far, one.store_rtt_ms or 0.0))
    return Results(
        recording=recording,
        rows=tuple(rows),
        trials=tuple(gathered),
        verdicts=tuple(verdicts(recording, found)),
        points=tuple(points),
        models=tuple(fitted),
        faults=tuple(outage.faults(recording)),
        history=history,
        profile=profile,
    )
