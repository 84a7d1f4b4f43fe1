"""Records what the server does inside a request: store calls, signatures, the password check.

What is recorded really happened, in an app of its own that nobody else can reach.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter_ns
from typing import Any, TypeVar

from ..accounts import Account, Accounts
from ..builtin.teaching import Inside
from ..metering import READS, WRITES

T = TypeVar("T")
AUDITED = ("sessions.audit", "tokens.audit", "demo.authn")


@dataclass(frozen=True, slots=True)
class Call:
    """One thing the server did, and how long it took."""

    place: str
    """`store`, `key` or `password`."""
    what: str
    ns: int


@dataclass
class Recorder(Inside):
    """Stands between a manager and its store and signer, and writes down what passes."""

    calls: list[Call] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    stores: list[Any] = field(default_factory=list)
    keys: dict[tuple[Any, ...], str] = field(default_factory=dict)
    """What may be in the store: by what it is read with, and of which kind it is."""
    verified: str | None = None
    """The last token whose signature was found good."""

    def take(self) -> tuple[tuple[Call, ...], tuple[str, ...], str | None]:
        """Return what was recorded since the last call: calls, audit events, a verified token."""
        taken = tuple(self.calls), tuple(self.events), self.verified
        self.calls.clear()
        self.events.clear()
        self.verified = None
        return taken

    def store(self, store: T) -> T:
        """Return *store*, whose operations are written down."""
        self.stores.append(store)
        return self._around(store, (*READS, *WRITES), self._note_store)

    def signer(self, signer: T) -> T:
        """Return *signer*, whose signatures and checks are written down."""
        return self._around(signer, ("sign", "verify"), self._note_signer)

    def accounts(self) -> Accounts:
        """Return the demo's accounts, whose password checks are written down."""
        return _Timed(self)

    def _around(self, inner: T, names: tuple[str, ...], note: Callable[..., None]) -> T:
        outer: Any = _Around(inner)
        for name in names:
            if hasattr(inner, name):
                setattr(outer, name, _timed(getattr(inner, name), name, note))
        return outer  # type: ignore[no-any-return]

    def _note_store(self, name: str, ns: int, arguments: tuple[Any, ...]) -> None:
        self.calls.append(Call("store", name, ns))
        kind = type(self.stores[0]).__module__.partition(".")[0]
        if name == "create":
            key, record = arguments[:2]
            self.keys[(key,) if kind == "sessions" else (record.handle, key)] = "record"
        elif name == "replace" and kind == "sessions":
            self.keys[(arguments[1],)] = "record"
        elif name == "deny":
            self.keys.update({(denied,): "denial" for denied in arguments[0]})

    def _note_signer(self, name: str, ns: int, arguments: tuple[Any, ...]) -> None:
        self.calls.append(Call("key", name, ns))
        if name == "verify":
            self.verified = arguments[0]


class _Around:
    """Takes the place of what is recorded; what is not recorded is asked of it directly."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _Timed(Accounts):
    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self._recorder = recorder

    def check(self, name: str, password: str, address: str = "") -> Account | None:
        started = perf_counter_ns()
        account = super().check(name, password, address)
        self._recorder.calls.append(Call("password", "check", perf_counter_ns() - started))
        return account


def _timed(call: Callable[..., Any], name: str, note: Callable[..., None]) -> Callable[..., Any]:
    def timed(*arguments: Any, **named: Any) -> Any:
        started = perf_counter_ns()
        result = call(*arguments, **named)
        # Only if it did not raise: a signature that was refused is not one that was verified.
        note(name, perf_counter_ns() - started, arguments)
        return result

    return timed


_recording: ContextVar[Recorder | None] = ContextVar("recording", default=None)


def record_events(recorder: Recorder) -> None:
    """Have the audit events of this context written down there, and nowhere else."""
    for name in AUDITED:
        logger = logging.getLogger(name)
        if _take not in logger.filters:
            logger.addFilter(_take)
        if not logger.isEnabledFor(logging.INFO):
            logger.setLevel(logging.INFO)
    _recording.set(recorder)


def _take(record: logging.LogRecord) -> bool:
    recorder = _recording.get()
    if recorder is None:
        return True
    # The demonstration's alice is not the app's: neither its log nor its monitor should hear.
    recorder.events.append(record.getMessage())
    return False
