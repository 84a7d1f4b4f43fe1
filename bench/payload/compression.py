"""What a request's headers weigh under HPACK (RFC 7541), as real clients decide what to index.

A header that enters the dynamic table costs one byte from the second request on. Clients differ
in which do, and that decides what a credential costs over HTTP/2. Read in their sources:

* chromium: quiche, http2/hpack/hpack_encoder.cc. Every regular header enters, whatever its name
  or size; of the pseudo-headers `:authority` alone. Cookies are split into crumbs.
* nghttp2: lib/nghttp2_hd.c. Never `authorization`, nor a cookie shorter than 20 bytes; nor
  `:path`, nor what would take more than three quarters of the table.
* python-h2: h2/utilities.py, as nghttp2 for `authorization` and short cookies; all else enters.

An entry larger than the whole table empties it, and everything is sent in full each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from hpack import Encoder
from hpack.huffman import HuffmanEncoder
from hpack.huffman_constants import REQUEST_CODES, REQUEST_CODES_LENGTH

TABLE_BYTES = 4096
"""What a server allows if it does not say otherwise (RFC 9113 section 6.5.2)."""
ENTRY_OVERHEAD_BYTES = 32
SHORT_COOKIE_BYTES = 20
_HUFFMAN = HuffmanEncoder(REQUEST_CODES, REQUEST_CODES_LENGTH)

Field = tuple[str, str]
Policy = Callable[[str, str], bool]
"""Whether a header, by name and value, enters the table."""


def _chromium(name: str, value: str) -> bool:  # noqa: ARG001 - a policy sees both
    return not name.startswith(":") or name == ":authority"


def _nghttp2(name: str, value: str) -> bool:
    room = len(name) + len(value) + ENTRY_OVERHEAD_BYTES
    return name != ":path" and not _is_sensitive(name, value) and room <= TABLE_BYTES * 3 // 4


def _python_h2(name: str, value: str) -> bool:
    return name != "proxy-authorization" and not _is_sensitive(name, value)


def _is_sensitive(name: str, value: str) -> bool:
    return name == "authorization" or (name == "cookie" and len(value) < SHORT_COOKIE_BYTES)


POLICIES: dict[str, Policy] = {
    "chromium": _chromium,
    "nghttp2": _nghttp2,
    "python-h2": _python_h2,
}


def block_bytes(policy: str, fields: Sequence[Field], requests: int) -> list[int]:
    """The bytes of the header block of each of *requests* alike requests on one connection.

    *fields* have names in lower case, pseudo-headers first. Frame headers are not counted.
    """
    encoder = Encoder()
    encoder.header_table_size = TABLE_BYTES
    enters = POLICIES[policy]
    crumbs = list(_crumbled(fields) if policy == "chromium" else fields)
    always = policy == "python-h2"
    return [
        sum(_field_bytes(encoder, *field, enters(*field), always) for field in crumbs)
        for _ in range(requests)
    ]


def huffman_bytes(value: str) -> int:
    """What *value* takes in HPACK's Huffman code."""
    return len(_HUFFMAN.encode(value.encode()))


def _field_bytes(encoder: Encoder, name: str, value: str, enters: bool, always: bool) -> int:
    # The two C++ encoders write a string in Huffman code only where that is shorter.
    pair = (name.encode(), value.encode())
    shorter = huffman_bytes(value) < len(pair[1])
    return len(encoder.add(pair, not enters, always or shorter))


def _crumbled(fields: Iterable[Field]) -> Iterable[Field]:
    """Each cookie in a field of its own (RFC 9113 section 8.2.3)."""
    for name, value in fields:
        if name == "cookie":
            yield from ((name, crumb.removeprefix(" ")) for crumb in value.split(";"))
        else:
            yield name, value
