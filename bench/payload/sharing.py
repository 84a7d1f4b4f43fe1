"""Where header compression stops helping: too large a credential, or too many users at once.

A browser has a connection to itself, and its credential is a byte from the second request on. A
reverse proxy sends many users' requests down one connection to the app behind it, and the table
of 4,096 bytes is the same for all: first in, first out, whoever asks again.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache
from statistics import fmean

from .compression import TABLE_BYTES, Compressor, Field, block_bytes
from .sizing import largest

BROWSER_FIELDS: tuple[Field, ...] = (
    ("sec-ch-ua-platform", '"Linux"'),
    (
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0",
    ),
    ("sec-ch-ua", '"Not:A-Brand";v="8", "Chromium";v="156"'),
    ("sec-ch-ua-mobile", "?0"),
    ("accept", "*/*"),
    ("sec-fetch-site", "same-origin"),
    ("sec-fetch-mode", "cors"),
    ("sec-fetch-dest", "empty"),
    ("referer", "https://127.0.0.1:8000/"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("accept-language", "en-US,en;q=0.9"),
    ("priority", "u=1, i"),
)
"""What Chromium 156 sends with a fetch of a page of its own, as seen on the wire: with them in the
table, a credential has less room than beside the three fields that the bench sends."""

USERS = (1, 10, 100, 1000)
WARM_REQUESTS = 200
MEASURED_REQUESTS = 1000
_SEED = 7541
"""Not the run's: these counts are to be equal on every machine and in every run."""
INDEXED_BYTES = 2
"""What a field that is in the table costs at most."""
SETTLED = 3
"""By the third request on a connection the table has settled."""
_SURELY_INDEXED_BYTES = 64
"""Long enough for those who keep short cookies out of the table, and short enough to fit."""


def shared_bytes(policy: str, fields: Sequence[Field], secret: str, users: int) -> float:
    """
    The header block of one request in the mean, with so many users on one connection.

    Requests come from *users* at random, evenly. Each has a credential of its own in the place of
    *secret* in *fields*: the same characters in another order, so that all weigh alike.
    """
    requests = [_with(fields, secret, other) for other in _secrets(secret, users)]
    compressor = Compressor(policy)
    order = random.Random(_SEED).choices(range(users), k=WARM_REQUESTS + MEASURED_REQUESTS)
    blocks = [compressor.block_bytes(requests[user]) for user in order]
    return fmean(blocks[WARM_REQUESTS:])


def cliff_bytes(policy: str, fields: Sequence[Field], secret: str) -> int | None:
    """
    The largest credential in the place of *secret* that costs next to nothing when sent again.

    None where *policy* never puts it into the table, whatever its size. One byte more, and every
    request carries it in full: it does not fit into the table beside the request's other fields.
    """
    without = [field for field in fields if secret not in field[1]]
    bare = block_bytes(policy, without, SETTLED)[-1]

    def is_indexed(size: int) -> bool:
        grown = _with(fields, secret, "x" * size)
        return block_bytes(policy, grown, SETTLED)[-1] - bare <= INDEXED_BYTES

    if not is_indexed(_SURELY_INDEXED_BYTES):
        return None
    more = TABLE_BYTES - _SURELY_INDEXED_BYTES
    found = largest(lambda size: is_indexed(_SURELY_INDEXED_BYTES + size), more)
    return _SURELY_INDEXED_BYTES + found


def _with(fields: Sequence[Field], secret: str, other: str) -> list[Field]:
    return [(name, value.replace(secret, other)) for name, value in fields]


@lru_cache(maxsize=len(USERS))
def _secrets(secret: str, number: int) -> tuple[str, ...]:
    """So many of the weight of *secret*; kept, since every policy is asked about the same."""
    draw = random.Random(_SEED)
    characters = list(secret)
    found = []
    for _ in range(number):
        draw.shuffle(characters)
        found.append("".join(characters))
    return tuple(found)
