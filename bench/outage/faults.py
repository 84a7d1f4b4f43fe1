"""The faults: what each does to whom, and how it is mended. docs/outages.md explains them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .stores import NetworkStore, Stores

SLOW_MS = 300
"""How late a slow store answers: far more than any answer takes, and less than callers wait."""

CROWD = 256
"""Callers; a node has 192 threads."""

NETWORK = ("redis", "postgres")
LOCAL = ("memory", "sqlite")
ALL = (*LOCAL, *NETWORK)


@dataclass(frozen=True)
class Fault:
    """One way for things to go wrong."""

    name: str
    stores: tuple[str, ...]
    """The kinds of store that it can happen to."""
    begin: Callable[[Stores], None]
    end: Callable[[Stores], None]
    """Mends it, and comes back when that is done."""
    waits: bool = False
    """Whether a request that needs the store waits until somebody gives up."""
    crowd: int = 0
    """How many callers more ask one node meanwhile: more than it has threads. Each scheme meets
    it alone, since all that a node serves wait for the same threads."""
    kills_node: bool = False
    """Not the store: an app node, right after it acknowledged the revocations."""


def _each(action: Callable[[NetworkStore], None]) -> Callable[[Stores], None]:
    def apply(stores: Stores) -> None:
        for store in stores.network.values():
            action(store)

    return apply


def _relay(command: str) -> Callable[[Stores], None]:
    return _each(lambda store: store.relay.tell(command))


def _nothing(_: Stores) -> None:
    """There is only the crowd, or the node is killed by who holds it."""


_heal = _relay("pass")
_kill = _each(lambda store: store.server.kill())

FAULTS = {
    fault.name: fault
    for fault in (
        Fault("refused", NETWORK, _relay("refuse"), _heal),
        Fault("hung", NETWORK, _relay("hang"), _heal, waits=True),
        Fault("hung-crowd", NETWORK, _relay("hang"), _heal, waits=True, crowd=CROWD),
        Fault("burst", LOCAL, _nothing, _nothing, crowd=CROWD),
        Fault("slow", NETWORK, _relay(f"slow {SLOW_MS}"), _heal),
        Fault("sigstop", NETWORK, _each(NetworkStore.freeze), _each(NetworkStore.thaw), waits=True),
        Fault("kill-keep", NETWORK, _kill, _each(lambda store: store.server.start())),
        Fault("kill-lose", NETWORK, _kill, _each(lambda store: store.server.start(keep=False))),
        Fault("evict", ("redis",), Stores.evict, Stores.keep_all),
        Fault("locked", ("sqlite",), Stores.lock, Stores.unlock),
        Fault("node-killed", ALL, _nothing, _nothing, kills_node=True),
    )
}


def applies(fault: Fault, home: str) -> bool:
    """Whether *fault* can happen to a scheme whose state is in a store of the kind *home*."""
    return home in fault.stores
