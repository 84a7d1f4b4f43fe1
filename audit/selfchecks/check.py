"""What one self-check of the instrument found, and which figures it bears on."""

from __future__ import annotations

from dataclasses import dataclass

from ..validity import Doubt, Validity


@dataclass(frozen=True)
class Check:
    """One self-check over the records of a run."""

    name: str
    """In snake case, as reports and `bench mutate` name it."""
    passed: bool
    seen: str
    """What was found, in words and numbers."""
    limit: str
    """What it must be, likewise."""
    failure: str = ""
    """Why figures are not evidence, in plain words; for a check that failed."""
    touches: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Experiments, each with its layers; no layer: all of the experiment."""
    load: str = ""
    design: str = ""
    scheme: str = ""
    metrics: tuple[str, ...] = ()
    validity: Validity = "withheld"

    def doubts(self) -> list[Doubt]:
        """Return what the failed check says of figures; nothing if it passed."""
        if self.passed:
            return []
        return [
            Doubt(
                self.name,
                self.validity,
                self.failure or f"the self-check {self.name.replace('_', ' ')} failed",
                experiment,
                layers,
                self.load,
                self.design,
                self.scheme,
                metrics=self.metrics,
            )
            for experiment, layers in self.touches
        ]
