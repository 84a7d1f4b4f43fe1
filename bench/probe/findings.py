"""What a probe found, as text for people and as JSON for programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from .config import Config
from .verdict import Verdict
from .watching import Trial
from .weighing import Figures

FORMAT = 1


@dataclass(frozen=True)
class Findings:
    """One service: its logouts, and what being logged in weighs."""

    config: Config
    verdict: Verdict
    trials: list[Trial]
    counts: Figures
    compressed: dict[str, Figures]
    """By header policy."""
    is_token: bool
    transport: str
    warnings: list[str] = field(default_factory=list)
    stopped: str = ""
    """Why fewer logouts were watched than wanted; empty if all were."""

    def as_json(self) -> dict[str, Any]:
        """Plain types; `format` is 1."""
        return {
            "format": FORMAT,
            "service": self.config.name,
            "nodes": list(self.config.nodes),
            "claimed_bound_s": self.config.watch.claimed_bound_s,
            "interval_ms": self.config.watch.interval_ms,
            "watched_s": self.config.watch.tail_s,
            "logout": {**asdict(self.verdict), "broken": self.verdict.broken},
            "stopped": self.stopped,
            "credential": {
                "transport": self.transport,
                "form": "JWT" if self.is_token else "opaque",
                **self.counts,
            },
            "http2": self.compressed,
            "warnings": self.warnings,
        }

    def as_text(self) -> str:
        """What to read first stands first."""
        rows = [*self._logouts(), ("", ""), *self._weights()]
        lines = [f"  {name:<21} {words}".rstrip() for name, words in rows]
        warned = [f"warning: {words}" for words in self.warnings]
        if self.stopped:
            wanted = self.config.watch.trials
            done = self.verdict.trials + len(self.verdict.void)
            warned.append(f"warning: {done} of {wanted} logouts were tried: {self.stopped}")
        return "\n".join([f"{self.config.name}: {self.verdict.sentence}", "", *lines, *warned])

    def _logouts(self) -> list[tuple[str, str]]:
        seen, watch = self.verdict, self.config.watch
        if not seen.windows_ms:
            return []
        void = f", and {len(seen.void)} that say nothing: {seen.void[0]}" if seen.void else ""
        middle, worst = median(seen.windows_ms), max(seen.windows_ms)
        how = f"asked every {watch.interval_ms:g} ms"
        return [
            ("logouts watched", f"{seen.trials}{void}"),
            ("window", f"{middle:.1f} ms in the median, {worst:.1f} ms at worst, {how}"),
            ("late accepts", f"{seen.late_accepts} of {seen.probes_after_bound}"),
            ("came back to life", str(seen.resurrections)),
            ("refused too early", str(seen.false_rejects)),
            ("other answers", f"{seen.errors}, {seen.other_after_bound} of them after the logout"),
        ]

    def _weights(self) -> list[tuple[str, str]]:
        counts = {name: round(value) for name, value in self.counts.items()}
        form = "a JWT" if self.is_token else "opaque"
        by = "cookie" if self.transport == "cookie" else "header"
        rows = [
            ("credential", f"{counts['credential_bytes']} bytes, {form}, by {by}"),
            ("in a request", f"{counts['request_bytes']} bytes of {counts['request_bytes_total']}"),
            ("answer to the login", f"{counts['response_bytes_login']} bytes"),
            ("answer to a request", f"{counts['response_bytes']} bytes"),
        ]
        for policy, figures in self.compressed.items():
            first, steady = figures["request_bytes_h2_first"], figures["request_bytes_h2_steady"]
            rows.append((f"HTTP/2, {policy}", f"{first:.0f} bytes first, then {steady:.0f}"))
        return rows
