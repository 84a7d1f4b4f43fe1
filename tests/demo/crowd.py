"""A crowd: many connections that send one request after another, as a program of its own.

`python crowd.py PORT CALLERS SECONDS` reads one JSON object `{"head": ..., "bodies": [...]}` from
standard input and prints how often each status came, `<status>` or `<status> retry`.
"""

from __future__ import annotations

import asyncio
import collections
import itertools
import json
import sys
import time


async def _caller(port: int, requests: itertools.cycle[bytes], until: float) -> list[str]:
    found = []
    while time.monotonic() < until:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while time.monotonic() < until:
                writer.write(next(requests))
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.decode("latin-1").lower().split("\r\n")
                named = dict(line.partition(": ")[::2] for line in lines[1:])
                await reader.readexactly(int(named.get("content-length", "0")))
                found.append(lines[0].split()[1] + " retry" * ("retry-after" in named))
        except (OSError, asyncio.IncompleteReadError):
            found.append("lost")
        finally:
            writer.close()
    return found


async def main(port: int, callers: int, seconds: float) -> None:
    """Send, and print what came back."""
    wanted = json.load(sys.stdin)
    requests = itertools.cycle(
        f"{wanted['head']}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        for body in wanted["bodies"]
    )
    until = time.monotonic() + seconds
    found = await asyncio.gather(*(_caller(port, requests, until) for _ in range(callers)))
    sys.stdout.write(json.dumps(collections.Counter(itertools.chain(*found))))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
