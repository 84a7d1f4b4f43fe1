"""Tables and structs: a scalar is a column of its own, a list or a mapping a column of JSON."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from .types import Arm, Cell, Environment, Gate, Part, Run

S = TypeVar("S", bound=msgspec.Struct)

RUN, ENVIRONMENT, SCHEMES, CELLS = "run", "environment", "schemes", "cells"
GATES, PARTS, SAMPLES, RESULTS = "gates", "parts", "samples", "results"

OF: dict[str, type[msgspec.Struct]] = {
    RUN: Run,
    ENVIRONMENT: Environment,
    SCHEMES: Arm,
    CELLS: Cell,
    GATES: Gate,
    PARTS: Part,
}
APART = {RUN: {"arms", "gates"}, CELLS: {"arrays", "gates"}}
"""Fields that are rows of a table of their own: `schemes`, `gates` and `samples`."""
BESIDE = {CELLS: ["part"], GATES: ["cell"]}
"""Columns that are no fields: the part that a cell belongs to, empty until it is finished, and the
cell that a gate belongs to, empty for one of the run."""
KEYS = {SCHEMES: "name", CELLS: "id", PARTS: "name"}


def create(db: sqlite3.Connection) -> None:
    """Create every table but `results`, which a report brings."""
    for table, kind in OF.items():
        columns = [_quoted(name) for name in (*_fields(table, kind), *BESIDE.get(table, ()))]
        if table in KEYS:
            columns.append(f"PRIMARY KEY ({_quoted(KEYS[table])})")
        db.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
    db.execute(f"CREATE TABLE {SAMPLES} (cell, name, type, count, data, PRIMARY KEY (cell, name))")
    db.execute(f"CREATE INDEX gates_by_cell ON {GATES} (cell)")


def insert(db: sqlite3.Connection, table: str, value: msgspec.Struct, **beside: str | None) -> None:
    """Insert the row of *value*, in place of one with its key; columns of *beside* come with it."""
    row = {name: _plain(getattr(value, name)) for name in _fields(table, type(value))} | beside
    names = ", ".join(map(_quoted, row))
    sql = f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})"  # noqa: S608 - names of fields
    db.execute(sql, list(row.values()))


def struct(kind: type[S], row: sqlite3.Row, **apart: Any) -> S:
    """Return the struct that *row* was inserted from, with the fields that lie *apart*."""
    found = _decoded(kind, dict(zip(row.keys(), row, strict=True)))
    # Not strict: SQLite has no booleans.
    return msgspec.structs.replace(msgspec.convert(found, kind, strict=False), **apart)


def _decoded(kind: type[S], row: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for field in msgspec.structs.fields(kind):
        if field.name in row:
            value = row[field.name]
            decode = value is not None and _holds_json(field.type)
            found[field.name] = msgspec.json.decode(value) if decode else value
        elif field.required:
            found[field.name] = []  # it lies apart
    return found


def _holds_json(kind: Any) -> bool:
    if get_origin(kind) in (dict, list, tuple):
        return True
    if isinstance(kind, type):
        return issubclass(kind, msgspec.Struct)
    return any(_holds_json(each) for each in get_args(kind))  # of a union


def _fields(table: str, kind: type[msgspec.Struct]) -> list[str]:
    return [name for name in kind.__struct_fields__ if name not in APART.get(table, ())]


def _plain(value: Any) -> Any:
    plain = msgspec.to_builtins(value)
    return msgspec.json.encode(plain).decode() if isinstance(plain, dict | list) else plain


def _quoted(name: str) -> str:
    return f'"{name}"'
