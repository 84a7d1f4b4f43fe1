"""What a verify asks of the store and of cryptography, counted in calls that are not timed.

Counted twice, by two that know nothing of each other: by the scheme itself, and where the store is
another process, by that server, or on the wire to it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from statistics import median
from typing import Any

import valkey

from demo.auth import Settings
from demo.schemes import build

from ..proxy.__main__ import address_of
from ..proxy.distance import address_in, at_port, is_networked, is_redis
from ..proxy.relay import Relay

CALLS = 50
WINDOWS = 5
"""Server calls are the median of so many windows: what runs beside the calls, such as a node that
looks each second what was denied, is in one of them at most."""
UNCOUNTED = frozenset({"info", "client", "client|setinfo", "hello"})

Counter = Callable[[], int]


def count_calls(name: str, settings: Settings) -> dict[str, float]:
    """Reads, writes and signature checks of a verify, and calls that the store's server saw."""
    urls = (settings.store_url or "").split()
    with contextlib.closing(build(name, settings)) as scheme:
        store = scheme.store or "redis"
    with _counting(store, urls) as (reachable, calls):
        counted = replace(settings, store_url=" ".join(reachable), timing=True)
        scheme = build(name, counted)
        mechanism = scheme.mechanism
        if mechanism is None:
            raise ValueError(f"{name} has no mechanism to measure")
        credentials = [mechanism.issue(f"counted-{n}").credential for n in range(CALLS)]
        # Once before: what is remembered from call to call is remembered in the timed loop, too.
        for credential in credentials:
            mechanism.verify(credential)
        scheme.take_measured()
        seen_by_server = []
        for window in range(WINDOWS):
            before = calls() if calls else 0
            for credential in credentials[window::WINDOWS]:
                mechanism.verify(credential)
            seen_by_server.append((calls() - before if calls else 0) * WINDOWS / CALLS)
        seen = scheme.take_measured()
        scheme.close()
    counts = {
        "store_reads": seen.store_reads / CALLS,
        "store_writes": seen.store_writes / CALLS,
        "signature_checks": seen.signature_checks / CALLS,
    }
    return counts | ({"server_calls": float(median(seen_by_server))} if calls else {})


@contextlib.contextmanager
def _counting(store: str, urls: Sequence[str]) -> Iterator[tuple[Sequence[str], Counter | None]]:
    """The URLs to give the scheme, and who counts; None where no server could be asked."""
    url = next((u for u in urls if is_networked(u) and is_redis(u) == (store == "redis")), None)
    if url is None or store not in ("redis", "postgres"):
        yield urls, None
    elif is_redis(url):
        client: Any = valkey.Valkey.from_url(url, single_connection_client=True)
        with contextlib.closing(client):
            yield urls, (lambda: _commands(client)) if _may_count(client) else None
    else:
        # Its statistics come a second late: the wire is asked instead.
        relay = Relay(address_of(address_in(url)), 0)
        threading.Thread(target=relay.run, daemon=True).start()
        near = at_port(url, relay.port)
        yield [near if each == url else each for each in urls], lambda: relay.asked


def _may_count(client: Any) -> bool:
    """Return whether this user may ask the server for its statistics."""
    try:
        client.info("commandstats")
    except valkey.ResponseError:
        return False
    return True


def _commands(client: Any) -> int:
    """How many commands the server has carried out, those in scripts included."""
    stats = client.info("commandstats")
    names = {name: name.removeprefix("cmdstat_") for name in stats}
    return sum(stats[name]["calls"] for name, plain in names.items() if plain not in UNCOUNTED)
