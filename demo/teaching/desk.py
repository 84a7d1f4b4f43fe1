"""What `python -m demo --teaching` adds: three nodes, their store, and the lamps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..auth import Scheme, Settings
from .cluster import Node, NodeProblem, start_nodes
from .lamps import INTERVALS_MS, Watched
from .relay import Relay, can_relay

SCHEMES = (
    "session-cookie-sqlite",
    "token-cookie-hs256-denylist-sqlite",
    "token-cookie-hs256-snapshot-sqlite",
    "token-cookie-hs256-expiry",
)
"""What is served unless schemes are named: they need nothing but a file."""
ACCESS_S = 20.0
"""Short, so that what cannot be called back is seen to end."""


class Desk:
    """Holds the nodes of one deployment, and what is watched on them."""

    def __init__(
        self, schemes: Mapping[str, Scheme], nodes: Sequence[Node], relay: Relay | None
    ) -> None:
        self.schemes = {alias: each for alias, each in schemes.items() if each.mechanism}
        self.nodes = {node.name: node for node in nodes}
        self.relay = relay
        self.watched: dict[str, Watched] = {}
        self._lock = threading.Lock()

    def do(self, action: str, fields: Mapping[str, str]) -> str:
        """Do what a button of the page says; give what went wrong, or nothing."""
        known: Mapping[str, Callable[[Mapping[str, str]], str]] = {
            "watch": self._watch,
            "revoke": self._revoke,
            "end": self._end,
            "stop-node": self._stop_node,
            "start-node": self._start_node,
            "stop-store": self._cut_store,
            "start-store": self._open_store,
        }
        if action not in known:
            return "there is no such button"
        with self._lock:
            return known[action](fields)

    def described(self) -> dict[str, Any]:
        """Return everything that moves, for the page and its script."""
        return {
            "nodes": {name: node.running for name, node in self.nodes.items()},
            "store": self.relay is None or self.relay.running,
            "lamps": {mount: each.described() for mount, each in self.watched.items()},
            "running": any(each.running for each in self.watched.values()),
        }

    def close(self) -> None:
        """End every node."""
        for watched in self.watched.values():
            watched.end()
        for node in self.nodes.values():
            node.stop()

    def _watch(self, fields: Mapping[str, str]) -> str:
        mount, interval = fields.get("mount", ""), fields.get("interval", "")
        if mount not in self.schemes or interval not in {str(each) for each in INTERVALS_MS}:
            return "choose a scheme and an interval"
        self._end({"mount": mount})
        self.watched[mount] = Watched(mount, list(self.nodes.values()), int(interval))
        return self.watched[mount].begin()

    def _revoke(self, fields: Mapping[str, str]) -> str:
        watched = self.watched.get(fields.get("mount", ""))
        if watched is None or not watched.running:
            return "log in first: nothing is watched under that scheme"
        return watched.revoke()

    def _end(self, fields: Mapping[str, str]) -> str:
        watched = self.watched.pop(fields.get("mount", ""), None)
        if watched is not None:
            watched.end()
        return ""

    def _stop_node(self, fields: Mapping[str, str]) -> str:
        node = self.nodes.get(fields.get("node", ""))
        if node is None:
            return "there is no such node"
        node.stop()
        return ""

    def _start_node(self, fields: Mapping[str, str]) -> str:
        node = self.nodes.get(fields.get("node", ""))
        if node is None:
            return "there is no such node"
        try:
            if not node.running:
                node.start()
        except (NodeProblem, OSError) as exc:
            return f"{node.name} did not start: {exc}"
        return ""

    def _cut_store(self, _: Mapping[str, str]) -> str:
        if self.relay is None:
            return "this store is a file: there is no server to stop"
        self.relay.cut()
        return ""

    def _open_store(self, _: Mapping[str, str]) -> str:
        try:
            if self.relay is not None:
                self.relay.open()
        except OSError as exc:
            return f"the store cannot be reached again: {exc.strerror}"
        return ""


def with_store(settings: Settings, folder: Path) -> Settings:
    """Return *settings* with what nodes must share: a store, if none was given, and keys."""
    store_url = settings.store_url or f"sqlite://{quote(str(folder / 'store.sqlite'))}"
    keys_file = settings.keys_file or folder / "keys.json"
    return replace(settings, store_url=store_url, keys_file=keys_file)


def open_desk(
    mounts: Mapping[str, str], schemes: Mapping[str, Scheme], settings: Settings, folder: Path
) -> Desk:
    """Start the nodes; ValueError with the reason if that fails."""
    urls = (settings.store_url or "").split()
    relay = next((Relay(url) for url in urls if can_relay(url)), None)
    first = next((url for url in urls if can_relay(url)), None)
    through = [relay.url if relay is not None and url == first else url for url in urls]
    options = ["--site", "--host", "127.0.0.1", "--keys-file", str(settings.keys_file)]
    for alias, name in mounts.items():
        options += ["--scheme", f"{alias}={name}"]
    for url in through:
        options += ["--store-url", url]
    for name in ("inactivity", "absolute", "touch", "access", "renewal"):
        given = getattr(settings, name)
        options += [f"--{name}-s", f"{given.total_seconds():g}"] if given else []
    return Desk(schemes, start_nodes(options, folder), relay)
