"""One machine's entry: a small file under reports/league, and what may not become one.

`entry.schema.json` is this type as a JSON schema, for whoever reads entries without Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import msgspec

from ..processes.children import ROOT, BenchError

FOLDER = ROOT / "reports" / "league"
SCHEMA = Path(__file__).with_name("entry.schema.json")
MOST_BYTES = 64 * 1024

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=80)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]


class Figure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A figure with its 95 % interval, where there is one."""

    value: float
    low: float | None = None
    high: float | None = None


class Machine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the figures were measured on."""

    cpu: str
    cores: Annotated[int, msgspec.Meta(ge=1)]
    memory_bytes: Annotated[int, msgspec.Meta(ge=1)]
    system: str
    kernel: str
    virtualised: str
    python: str


class Scheme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one scheme cost there."""

    check_us: Figure
    """`auth_us_cost_p50`: a check inside a request, over a request without one."""
    window_ms: NotNegative | None = None
    """`window_ms_worst`: the longest a revoked credential was seen to work."""
    request_bytes: NotNegative | None = None
    store_reads: NotNegative | None = None
    signature_checks: NotNegative | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one machine measured, once."""

    schema: Annotated[int, msgspec.Meta(ge=1, le=1)] = 1
    date: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
    name: Name
    """Of the machine, as its owner chose to call it."""
    machine: Machine
    run: str
    plan: str
    seed: Annotated[int, msgspec.Meta(ge=0)]
    commit: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{40}$")]
    """The program that measured it."""
    aa_noise_us: NotNegative
    """What two identical arms may differ by, in the span."""
    injected_us: NotNegative
    recovered_us: Figure
    """The known delay, as this machine found it again."""
    schemes: Annotated[dict[str, Scheme], msgspec.Meta(min_length=1)]


def file_name(entry: Entry) -> str:
    """What its file is called."""
    return f"{entry.date}-{entry.name}.json"


def encode(entry: Entry) -> bytes:
    """The content of its file."""
    return msgspec.json.format(msgspec.json.encode(entry), indent=1) + b"\n"


def decode(content: bytes, where: Path) -> Entry:
    """The entry that *content* is; `BenchError` names *where* if it is none."""
    if len(content) > MOST_BYTES:
        raise BenchError(f"{where} is no entry of the league: larger than {MOST_BYTES:,} bytes")
    try:
        return msgspec.json.decode(content, type=Entry)
    except (msgspec.MsgspecError, UnicodeDecodeError) as exc:
        raise BenchError(f"{where} is no entry of the league: {exc}") from exc


def read_all(folder: Path) -> list[Entry]:
    """Every entry, by date; `BenchError` names a file that is none, or under another's name."""
    entries = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix != ".json":
            raise BenchError(f"{path} is no entry of the league; move it away")
        entry = decode(path.read_bytes(), path)
        if file_name(entry) != path.name:
            raise BenchError(f"{path} holds the entry that belongs in {file_name(entry)}")
        entries.append(entry)
    return entries


def schema() -> bytes:
    """`entry.schema.json` as it must be."""
    made: Any = msgspec.json.schema(Entry)
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return msgspec.json.format(msgspec.json.encode(title | made), indent=1) + b"\n"


def name_from(words: Iterable[str]) -> str:
    """A name that may stand in a file name, made of *words*."""
    return re.sub(r"[^a-z0-9.]+", "-", " ".join(words).lower()).strip("-.")[:80]
