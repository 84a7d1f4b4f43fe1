"""Dishonest schemes: each claims a guarantee of revocation and breaks it in a way of its own.

All are ordinary sessions in an SQLite file that remember, in files beside it, what was revoked and
when; so nodes share it, and need no server. The environment variable `LIARS_SCALE` makes their
times shorter for a quick test.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from demo.auth import Scheme, Settings
from demo.schemes import build

HONEST = "session-cookie-sqlite"
SCALE = float(os.environ.get("LIARS_SCALE", "1"))
"""Bounds, waiting times and counts are so many times as large."""
BOUND_S = 2.0 * SCALE
AGAIN_S = 10.0 * SCALE


class Notes:
    """What the nodes tell each other: one file for each fact, whose content is when."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def write(self, *name: str) -> None:
        path = self._path(name)
        part = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        part.write_text(repr(time.time()))
        part.replace(path)

    def read(self, *name: str) -> float | None:
        try:
            return float(self._path(name).read_text())
        except OSError:
            return None

    def is_first(self, name: str) -> bool:
        """Whether this process was the first that asked."""
        try:
            with (self.folder / name).open("x") as file:
                file.write(str(os.getpid()))
        except FileExistsError:
            pass
        return (self.folder / name).read_text() == str(os.getpid())

    def _path(self, name: tuple[str, ...]) -> Path:
        return self.folder / sha256(" ".join(name).encode()).hexdigest()


class Liar:
    """A mechanism that lets in what was revoked, when *accepts* says so."""

    def __init__(self, inner: Any, notes: Notes, accepts: Callable[[Liar, str], bool]) -> None:
        self.inner = inner
        self.notes = notes
        self.accepts = accepts
        self.known: dict[str, Any] = {}
        self.refused = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def issue(self, subject: str | None, *arguments: Any, **options: Any) -> Any:
        if subject is not None:
            self.notes.write("login", subject)
        return self.inner.issue(subject, *arguments, **options)

    def verify(self, credential: str, fresh: bool = False) -> Any:
        try:
            identity = self.inner.verify(credential, fresh)
        except self.inner.rejection:
            if credential in self.known and self.accepts(self, credential):
                return self.known[credential]
            raise
        self.known[credential] = identity
        return identity

    def revoke(self, credential: str) -> Any:
        done = self.inner.revoke(credential)
        self.notes.write("revoked", credential)
        return done

    def since(self, credential: str) -> float:
        """How long ago it was revoked, by this node's clock; for ever if it was not."""
        at = self.notes.read("revoked", credential)
        return float("inf") if at is None else time.time() - at


class Poller(Liar):
    """Learns of revocations only every *every_s*, by a thread of its own."""

    def __init__(self, inner: Any, notes: Notes, every_s: float, stumbles_s: float = 0.0) -> None:
        super().__init__(inner, notes, lambda _, credential: credential not in self.learnt)
        self.learnt: set[str] = set()
        self.every_s = every_s
        self.stumbles_s = stumbles_s
        self.thread: threading.Thread | None = None

    def verify(self, credential: str, fresh: bool = False) -> Any:
        if self.thread is None:
            self.thread = threading.Thread(target=self._poll, daemon=True)
            self.thread.start()
        return super().verify(credential, fresh)

    def _poll(self) -> None:
        while True:
            began = time.monotonic()
            for credential in list(self.known):
                if self.notes.read("revoked", credential) is not None:
                    self.learnt.add(credential)
            time.sleep(self.every_s)
            if time.monotonic() - began > self.every_s + 0.3:
                time.sleep(self.stumbles_s)  # it stood still, and takes its time


def _late(times: float) -> Callable[[Liar, str], bool]:
    return lambda liar, credential: liar.since(credential) < times * BOUND_S


def _one_in(count: int) -> Callable[[Liar, str], bool]:
    def accepts(liar: Liar, _: str) -> bool:
        liar.refused += 1
        return liar.refused % count == 0

    return accepts


def _one_node(liar: Liar, credential: str) -> bool:
    return liar.since(credential) < 1e9 and liar.notes.is_first("the-one")


def _again(liar: Liar, credential: str) -> bool:
    return AGAIN_S < liar.since(credential) < 1e9


def _revived(liar: Liar, credential: str) -> bool:
    login = liar.notes.read("login", liar.known[credential].subject)
    revoked = liar.notes.read("revoked", credential)
    return login is not None and revoked is not None and login > revoked


def _too_early(liar: Liar, credential: str) -> bool:
    return liar.since(credential) < 0.1


def _fails(liar: Liar, credential: str) -> bool:
    raise RuntimeError("it is gone, and nobody thought of that")


def _by_the_clock(liar: Liar, credential: str) -> bool:
    return liar.since(credential) < 0


def _never(liar: Liar, credential: str) -> bool:
    return liar.since(credential) < 1e9


IMMEDIATE: dict[str, Callable[[Liar, str], bool]] = {
    "one-in-500": _one_in(round(500 * SCALE)),
    "one-node": _one_node,
    "again-later": _again,
    "revived-by-login": _revived,
    "acknowledges-early": _too_early,
    "fails": _fails,
    "by-the-clock": _by_the_clock,
    "never": _never,
}
WITHIN: dict[str, Callable[[Liar, str], bool]] = {"late-105": _late(1.05), "late-150": _late(1.5)}
POLLERS = {"session-honest-at-last": (1.5 * BOUND_S, 0.0), "polls-105": (1.05 * BOUND_S, 0.0)}
STUMBLES = {"stumbles": (0.1, 0.6)}
LIARS = [*IMMEDIATE, *WITHIN, *POLLERS, *STUMBLES]


def _scheme(name: str, settings: Settings) -> Scheme:
    own = replace(settings, mount=settings.mount or name)
    honest = build(HONEST, own)
    assert settings.keys_file is not None, "the folder that the nodes share"
    notes = Notes(settings.keys_file.parent / f"notes-{name}")
    if name in IMMEDIATE:
        mechanism = Liar(honest.mechanism, notes, IMMEDIATE[name])
    elif name in WITHIN:
        mechanism = Liar(honest.mechanism, notes, WITHIN[name])
    else:
        every_s, stumbles_s = {**POLLERS, **STUMBLES}[name]
        mechanism = Poller(honest.mechanism, notes, every_s, stumbles_s)
    within = name not in IMMEDIATE
    return replace(
        honest,
        name=name,
        title="",
        family="",
        summary="It is not what it claims.",
        mechanism=mechanism,
        strength="within" if within else "immediate",
        bound_s=BOUND_S if within and name not in STUMBLES else 0.2 * within,
    )


def __getattr__(name: str) -> Callable[[Settings], Scheme]:
    """Return the factory of a scheme as its entry point spells it: `late_105`."""
    spelt = name.replace("_", "-")
    if spelt not in LIARS:
        raise AttributeError(name)
    return lambda settings: _scheme(spelt, settings)


def install(folder: Path) -> None:
    """Lay them out in *folder* as an installer would a package."""
    (folder / "liars.py").write_text(Path(__file__).read_text())
    metadata = folder / "liars-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: liars\nVersion: 1.0\n")
    points = [f"{name} = liars:{name.replace('-', '_')}" for name in LIARS]
    (metadata / "entry_points.txt").write_text(
        "\n".join(["[sessions_or_tokens.schemes]", *points, ""])
    )
