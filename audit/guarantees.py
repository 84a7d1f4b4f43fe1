"""Broken guarantees of revocation, found again in the raw probes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .measures.histories import bound_ms_of
from .measures.revocation import look
from .raw import Records, load_json


class Broken(NamedTuple):
    """How often a scheme broke what it claims, in node-revocations."""

    scheme: str
    accepted: int
    """Accepted late, or again after a refusal."""
    unrefused: int
    """Answered with errors instead of refusals."""
    of: int

    def __str__(self) -> str:
        said = [f"{self.accepted:,} accepted late or again"] if self.accepted else []
        said += [f"{self.unrefused:,} answered with an error"] if self.unrefused else []
        return f"{self.scheme}: of {self.of:,} node-revocations, {' and '.join(said)}"


def find_broken(records: Records) -> list[Broken]:
    """Return the schemes that broke their guarantee, in the order of the run's schemes."""
    found: dict[str, Broken] = {}
    for cell in records.select("revocation"):
        if "trial_ack_ns" not in cell.arrays or not cell.arrays["trial"].size:
            continue
        if records.arm(cell.arm).get("mechanism", "control") == "control":
            continue
        seen = look(cell.arrays, bound_ms_of(records, cell))
        before = found.get(cell.arm, Broken(cell.arm, 0, 0, 0))
        found[cell.arm] = Broken(
            cell.arm,
            before.accepted + seen.broken,
            before.unrefused + seen.unrefused,
            before.of + seen.reached,
        )
    return [one for one in found.values() if one.accepted or one.unrefused]


def check_broken(records: Records) -> Iterator[str]:
    """Yield what results.json says of broken guarantees and the records do not, or the reverse."""
    content = load_json(records.folder / "results.json")
    said = {one.get("scheme") for one in content.get("broken", [])}
    true = {one.scheme for one in find_broken(records)}
    for scheme in sorted(true - said):
        yield f"results.json: {scheme} broke its guarantee, and is not named"
    for scheme in sorted(said - true, key=str):
        yield f"results.json: {scheme} is said to have broken its guarantee, and did not"
