"""What a request's headers weigh under HPACK (RFC 7541), as real clients decide what to index.

A header that enters the dynamic table costs one byte from the second request on. Clients differ
in which do, and that decides what a credential costs over HTTP/2. Read in their sources:

* chromium: quiche, http2/hpack/hpack_encoder.cc. Every regular header enters, whatever its name
  or size; of the pseudo-headers `:authority` alone. Cookies are split into crumbs.
* nghttp2: lib/nghttp2_hd.c. Never `authorization`, nor a cookie shorter than 20 bytes; nor
  what differs from request to request, `:path` first; nor what would take more than three
  quarters of the table.
* python-h2: h2/utilities.py, as nghttp2 for `authorization` and short cookies; all else enters.

An entry larger than the whole table empties it, and everything is sent in full each time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from hpack.huffman_constants import REQUEST_CODES_LENGTH
from hpack.table import HeaderTable

TABLE_BYTES = 4096
"""What a server allows if it does not say otherwise (RFC 9113 section 6.5.2)."""
ENTRY_OVERHEAD_BYTES = 32
SHORT_COOKIE_BYTES = 20

_NGHTTP2_UNSTEADY = {
    ":path",
    "age",
    "content-length",
    "etag",
    "if-modified-since",
    "if-none-match",
    "location",
    "set-cookie",
}

Field = tuple[str, str]
Policy = Callable[[str, str], bool]
"""Whether a header, by name and value, enters the table."""


_STATIC_FIELDS = {(n.decode(), v.decode()) for n, v in HeaderTable.STATIC_TABLE}
STATIC_ENTRIES = len(HeaderTable.STATIC_TABLE)
_STATIC_NAMES = {
    name.decode(): first
    for first, (name, _) in reversed(list(enumerate(HeaderTable.STATIC_TABLE, start=1)))
}


def _chromium(name: str, value: str) -> bool:  # noqa: ARG001 - a policy sees both
    return not name.startswith(":") or name == ":authority"


def _nghttp2(name: str, value: str) -> bool:
    room = len(name) + len(value) + ENTRY_OVERHEAD_BYTES
    unsteady = name in _NGHTTP2_UNSTEADY or _is_sensitive(name, value)
    return not unsteady and room <= TABLE_BYTES * 3 // 4


def _python_h2(name: str, value: str) -> bool:
    return name != "proxy-authorization" and not _is_sensitive(name, value)


def _is_sensitive(name: str, value: str) -> bool:
    return name == "authorization" or (name == "cookie" and len(value) < SHORT_COOKIE_BYTES)


POLICIES: dict[str, Policy] = {
    "chromium": _chromium,
    "nghttp2": _nghttp2,
    "python-h2": _python_h2,
}


class Compressor:
    """One connection's header compression, as the client named by *policy* does it.

    Sizes alone, by the rules of RFC 7541 and not by encoding, so that thousands of requests can be
    weighed; tests hold it against the bytes of the real encoders.
    """

    def __init__(self, policy: str) -> None:
        self._enters = POLICIES[policy]
        self._splits = policy == "chromium"
        # The two C++ encoders write a string in Huffman code only where that is shorter.
        self._always = policy == "python-h2"
        self._entries: deque[Field] = deque()
        self._number_of: dict[Field, int] = {}
        """When each entry came in: the newest has the highest number and the lowest index."""
        self._count = 0
        self._filled = 0

    def block_bytes(self, fields: Sequence[Field]) -> int:
        """
        What the header block of the next request takes.

        *fields* have names in lower case, pseudo-headers first. Frame headers are not counted.
        """
        return sum(map(self._field_bytes, _crumbled(fields) if self._splits else fields))

    def _field_bytes(self, field: Field) -> int:
        name, value = field
        if field in _STATIC_FIELDS:
            return 1
        if field in self._number_of:
            return _integer_bytes(self._index(field), 7)
        enters = self._enters(name, value)
        prefix_bits = 6 if enters else 4
        known = self._name_index(name)
        named = _integer_bytes(known, prefix_bits) if known else 1 + self._string_bytes(name)
        if enters:
            self._add(field)
        return named + self._string_bytes(value)

    def _index(self, field: Field) -> int:
        return STATIC_ENTRIES + self._count - self._number_of[field] + 1

    def _name_index(self, name: str) -> int:
        """The index of any entry with this *name*; 0 if there is none."""
        if name in _STATIC_NAMES:
            return _STATIC_NAMES[name]
        newest = next((field for field in reversed(self._entries) if field[0] == name), None)
        return self._index(newest) if newest else 0

    def _add(self, field: Field) -> None:
        """Put *field* into the table, and out of it, first in first out, what has no room left."""
        self._count += 1
        self._filled += _entry_bytes(field)
        self._entries.append(field)
        self._number_of[field] = self._count
        while self._filled > TABLE_BYTES:
            gone = self._entries.popleft()
            self._filled -= _entry_bytes(gone)
            del self._number_of[gone]

    def _string_bytes(self, value: str) -> int:
        coded, plain = huffman_bytes(value), len(value.encode())
        length = coded if self._always else min(coded, plain)
        return _integer_bytes(length, 7) + length


def block_bytes(policy: str, fields: Sequence[Field], requests: int) -> list[int]:
    """The header blocks of that many equal requests on one connection, each in bytes."""
    compressor = Compressor(policy)
    return [compressor.block_bytes(fields) for _ in range(requests)]


@lru_cache(maxsize=65536)
def huffman_bytes(value: str) -> int:
    """What *value* takes in HPACK's Huffman code (RFC 7541 section 5.2)."""
    bits = sum(REQUEST_CODES_LENGTH[byte] for byte in value.encode())
    return -(-bits // 8)


def _entry_bytes(field: Field) -> int:
    return len(field[0]) + len(field[1].encode()) + ENTRY_OVERHEAD_BYTES


def _integer_bytes(value: int, prefix_bits: int) -> int:
    """RFC 7541 section 5.1."""
    rest = value - (2**prefix_bits - 1)
    return 1 if rest < 0 else 1 + max(1, -(-rest.bit_length() // 7))


def _crumbled(fields: Iterable[Field]) -> Iterable[Field]:
    """Each cookie in a field of its own (RFC 9113 section 8.2.3)."""
    for name, value in fields:
        if name == "cookie":
            yield from ((name, crumb.removeprefix(" ")) for crumb in value.split(";"))
        else:
            yield name, value
