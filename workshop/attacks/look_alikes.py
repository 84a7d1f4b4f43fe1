"""Origins that look like the shop's own: made from its name and port by a small grammar."""

from __future__ import annotations

from collections.abc import Iterator


def origins(host: str) -> Iterator[str]:
    """Yield the Origin headers of pages that are not *host*'s (a name with a port)."""
    name, _, port = host.partition(":")
    at = f":{port}" if port else ""
    yield "null"
    names = (
        f"{name}.evil.localhost",  # begins alike
        f"evil-{name}",
        f"evil{name}",  # ends alike
        f"evil.{name}",  # a name below
        f"a.b.{name}",
        f"{name}.",  # a final dot is another origin
        f"{name}x",
        name.replace(".", "-"),
        name.split(".")[-1],
        "evil.localhost",
        "prize.example",
    )
    for other in names:
        yield f"http://{other}{at}"
        yield f"http://{other}"
    for other_port in (f"{port}0" if port else "8080", "1", f"1{port}" if port else "81"):
        yield f"http://{name}:{other_port}"
    if port:
        yield f"http://{name}"
    yield f"http://evil.localhost{at}/{host}"
    yield f"http://{host}@evil.localhost"
