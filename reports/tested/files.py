"""Reads a file of attacks or promises, or says in one line why it cannot.

Error tree:
    RecordError
        UnusableTests   the file is missing, damaged or of another format; the message names it
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypeVar

import msgspec

from bench.records import RecordError

FORMAT = 1
Content = TypeVar("Content", bound=msgspec.Struct)


class UnusableTests(RecordError):
    """A file of attacks or promises that cannot be read."""


def read(path: Path) -> bytes:
    """Return the bytes of the file."""
    try:
        return path.read_bytes()
    except OSError as exc:
        raise UnusableTests(f"{path} cannot be read: {exc.strerror}") from exc


def decoded(path: Path, content: bytes, kind: type[Content], target: str) -> Content:
    """Return *content* as *kind*; *target* of the Makefile writes it anew."""
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise damaged(path, str(exc), target) from exc


def known(path: Path, version: int) -> None:
    """Refuse another format."""
    if version != FORMAT:
        raise UnusableTests(f"{path} is of format {version}; this version reads {FORMAT}")


def damaged(path: Path, why: str, target: str) -> UnusableTests:
    """Return the error, with its remedy."""
    return UnusableTests(f"{path} is damaged: {why}; make {target} writes it anew")


def named(path: Path, content: bytes) -> str:
    """Say which file it is, so that another version of it is seen to be one."""
    digest = hashlib.sha256(content).hexdigest()
    return f"{path.name}, format {FORMAT}, SHA-256 {digest[:12]}"
