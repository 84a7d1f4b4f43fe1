"""The built-in schemes, as tables; entry points in pyproject.toml name them.

`NAMED` are those worth a name of their own: each is an entry point, like a plugin's. `GRID` is
every other combination that makes sense, `LEAKY` what is for teaching alone, and `KNOWN` the truths
that a run checks itself against: each of these tables is one entry point, and `demo.schemes` looks
a name up in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..auth import SchemeFactory
from ..storage import Transport
from .controls import TRUTHS, Control
from .presets import PRESETS
from .sessions import SessionScheme
from .tokens import STRATEGIES, TokenScheme

__all__ = ["GRID", "KNOWN", "LEAKY", "NAMED", "PRESETS"]

Built = Control | SessionScheme | TokenScheme

ALGORITHMS = ("HS256", "RS256", "PS256", "ES256", "EdDSA")
DENYING = tuple(strategy for strategy in STRATEGIES if strategy != "expiry")
"""The strategies that call back, and so need a store."""


def _by_name(schemes: Iterable[Built]) -> dict[str, SchemeFactory]:
    return {scheme.name: scheme for scheme in schemes}


def _tokens(transport: Transport) -> Iterable[TokenScheme]:
    """Every algorithm and strategy over Valkey, and every strategy over every store."""
    for algorithm in ALGORITHMS:
        yield TokenScheme(transport, algorithm, "expiry")
        yield TokenScheme(transport, algorithm, "expiry", cached=True)
        for strategy in DENYING:
            yield TokenScheme(transport, algorithm, strategy, "redis")
    for strategy in DENYING:
        yield TokenScheme(transport, "HS256", strategy, "postgres")
        if strategy != "pushed":  # SQLite cannot tell anybody.
            yield TokenScheme(transport, "HS256", strategy, "sqlite")


def _sessions(transport: Transport) -> Iterable[SessionScheme]:
    """Every store, and Valkey remembered for a moment."""
    yield SessionScheme(transport, "memory")
    yield SessionScheme(transport, "sqlite")
    yield SessionScheme(transport, "redis")
    yield SessionScheme(transport, "postgres")
    yield SessionScheme(transport, "redis", cached=True)


NAMED: Mapping[str, SchemeFactory] = _by_name(
    (
        Control(),
        Control(delay_us=100),
        SessionScheme("cookie", "memory"),
        SessionScheme("cookie", "sqlite"),
        SessionScheme("cookie", "redis"),
        SessionScheme("cookie", "redis", cached=True),
        SessionScheme("cookie", "postgres"),
        SessionScheme("bearer", "redis"),
        TokenScheme("bearer", "HS256", "expiry"),
        TokenScheme("bearer", "RS256", "expiry"),
        TokenScheme("bearer", "PS256", "expiry"),
        TokenScheme("bearer", "ES256", "expiry"),
        TokenScheme("bearer", "EdDSA", "expiry"),
        TokenScheme("bearer", "HS256", "denylist", "sqlite"),
        TokenScheme("bearer", "HS256", "denylist", "redis"),
        TokenScheme("bearer", "HS256", "denylist", "postgres"),
        TokenScheme("bearer", "ES256", "denylist", "redis"),
        TokenScheme("bearer", "HS256", "generation", "redis"),
        TokenScheme("bearer", "HS256", "snapshot", "redis"),
        TokenScheme("bearer", "HS256", "pushed", "redis"),
        TokenScheme("bearer", "HS256", "statuslist", "redis"),
        TokenScheme("bearer", "HS256", "filter", "redis"),
        TokenScheme("cookie", "HS256", "expiry"),
        TokenScheme("cookie", "HS256", "denylist", "redis"),
    )
)
GRID: Mapping[str, SchemeFactory] = {
    name: scheme
    for transport in ("cookie", "bearer")
    for name, scheme in _by_name((*_sessions(transport), *_tokens(transport))).items()
    if name not in NAMED
}
LEAKY: Mapping[str, SchemeFactory] = _by_name(
    scheme
    for transport in ("url", "form")
    for scheme in (
        SessionScheme(transport, "memory"),
        SessionScheme(transport, "redis"),
        TokenScheme(transport, "HS256", "expiry"),
        TokenScheme(transport, "HS256", "denylist", "redis"),
    )
)
KNOWN: Mapping[str, SchemeFactory] = _by_name(TRUTHS)


def __getattr__(name: str) -> SchemeFactory:
    """Return a named scheme as its entry point spells it: `session_cookie_redis`."""
    found = NAMED.get(name.replace("_", "-"))
    if found is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return found
