"""What one login is made of, so that a million like it can be written without a million calls.

A login that the mechanism wrote is taken as the pattern: what differs from one to the next are its
subject, its handle and digests of its credentials, each of a length that never changes. Whoever
fills a store replaces these, byte for byte, and leaves all the rest as the mechanism had it. The
tests hold the result against what the mechanism writes itself.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate, pairwise

from demo.auth import Grant

HANDLE_BYTES = 12
LINEAGE_BYTES = 16
LINEAGE_CHARACTERS = 41
"""How a refresh token begins that is the same for its family, and what a store keeps of it."""


@dataclass(frozen=True)
class Pattern:
    """One login as the mechanism wrote it."""

    subject: str
    grant: Grant

    def marks(self) -> list[bytes]:
        """What is to be replaced: subject, handle, digests; in this order."""
        secret = [self.grant.credential, *filter(None, [self.grant.renewal])]
        digests = [sha256(each.encode()).digest() for each in secret]
        if self.grant.renewal:
            lineage = self.grant.renewal[:LINEAGE_CHARACTERS].encode()
            digests.append(sha256(lineage).digest()[:LINEAGE_BYTES])
        return [self.subject.encode(), self.grant.handle.encode(), *digests]


def subject_of(number: int) -> str:
    """A subject; all are of one length."""
    return f"caller-{number:09d}"


def others(
    pattern: Pattern, count: int, first: int, subject: str | None = None
) -> Iterator[list[bytes]]:
    """
    What takes the place of the marks of *pattern* in *count* other logins.

    Of one subject each, numbered from *first*; or all of *subject*, which is as long as those.
    """
    marks = pattern.marks()
    handles = os.urandom(HANDLE_BYTES * count)
    ends = list(accumulate(map(len, marks[2:]), initial=0))
    random = os.urandom(ends[-1] * count)
    encoded = base64.urlsafe_b64encode(handles)
    size, own = len(marks[1]), None if subject is None else subject.encode()
    for number in range(count):
        name = own if own is not None else b"caller-%09d" % (first + number)
        at = number * ends[-1]
        yield [
            name,
            encoded[number * size : (number + 1) * size],
            *(random[at + start : at + end] for start, end in pairwise(ends)),
        ]


class Template:
    """Bytes in which marks stand, to be had again with others in their place."""

    def __init__(self, content: bytes, marks: list[bytes]) -> None:
        known = {mark: place for place, mark in enumerate(marks)}
        parts = re.split(b"(" + b"|".join(map(re.escape, marks)) + b")", content)
        self._fixed = parts[::2]
        self._places = [known[part] for part in parts[1::2]]
        self._parts = list(parts)

    @property
    def varies(self) -> bool:
        """Whether there is a mark in it at all."""
        return bool(self._places)

    def with_marks(self, marks: list[bytes]) -> bytes:
        """The bytes with *marks* in the place of those it was made with."""
        parts = self._parts
        parts[1::2] = [marks[place] for place in self._places]
        return b"".join(parts)
