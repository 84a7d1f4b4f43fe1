"""What a credential weighs."""

from __future__ import annotations

from collections.abc import Iterator

from ..results import Results
from ..wording import quantity
from .sentence import Finding


def payload(results: Results) -> Iterator[Finding]:
    sizes = results.costs("request_bytes")
    if not sizes:
        return
    lightest, heaviest = next(iter(sizes.values())), list(sizes.values())[-1]
    steady = results.main("request_bytes_h2_steady").get(heaviest.scheme)
    text = (
        f"The credential adds from {quantity(lightest)} ({lightest.scheme}) to "
        f"{quantity(heaviest)} ({heaviest.scheme}) to every request"
    )
    rows = [lightest, heaviest]
    if steady is not None:
        policy = steady.header_policy
        how = f" where the client indexes headers as {policy} does" if policy else ""
        text += f"; over a warm HTTP/2 connection the latter shrinks to {quantity(steady)}{how}"
        rows.append(steady)
    yield Finding("Payload", f"{text}.", tuple(rows), "payload", "payload-where")
