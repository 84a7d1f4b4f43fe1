"""A relay between app nodes and their store that misbehaves when it is told to.

Run by its path, as `python -I -S relay.py HOST PORT CONTROL`: it needs the standard library
alone. It prints the port it listens on, and takes one command a line on the Unix socket CONTROL,
each answered with `ok` once it holds:

    pass        hand everything on
    refuse      cut every connection and refuse new ones
    hang        accept, and never answer: what is sent from now on is lost
    slow MS     hand everything on, answers MS milliseconds late

A store that is dead is not hidden: while it refuses connections, so does the relay.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import sys

POLL_S = 0.01


class Relay:
    """One address in front of another."""

    def __init__(self, host: str, port: int) -> None:
        self._upstream = (host, port)
        self._mode = "pass"
        self._delay_s = 0.0
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._mourner: asyncio.Task[None] | None = None
        # Bound and never listening: the port stays ours, and refuses, while nobody listens.
        self._held = _bound(0)
        self.port: int = self._held.getsockname()[1]

    async def command(self, line: str) -> bool:
        """Carry out one command; False if there is no such thing."""
        name, _, argument = line.strip().partition(" ")
        if name not in ("pass", "refuse", "hang", "slow"):
            return False
        lost = self._mode == "hang"
        self._mode = name
        self._delay_s = float(argument or 0.0) / 1e3
        if name == "refuse":
            await self._deafen()
        elif self._server is None and self._mourner is None:
            await self.listen()
        if name == "refuse" or lost:
            self._cut()
        return True

    async def listen(self) -> None:
        """Accept connections."""
        self._server = await asyncio.start_server(self._connected, sock=_bound(self.port))

    async def _deafen(self) -> None:
        if self._mourner is not None:
            self._mourner.cancel()
            self._mourner = None
        if self._server is not None:
            self._server.close()
            self._server = None

    def _cut(self) -> None:
        for writer in list(self._writers):
            _reset(writer)
        for task in list(self._tasks):
            task.cancel()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            if self._mode == "hang":
                await _swallow(reader)
                return
            try:
                answers, requests = await asyncio.open_connection(*self._upstream)
            except OSError:
                self._mourn()
                return
            self._writers.add(requests)
            try:
                back = asyncio.ensure_future(self._hand_on(answers, writer, late=True))
                await self._hand_on(reader, requests, late=False)
                back.cancel()
            finally:
                self._writers.discard(requests)
                _reset(requests)
        except (OSError, asyncio.CancelledError):
            return  # cut, by either side or on command
        finally:
            self._writers.discard(writer)
            self._tasks.discard(task)
            _reset(writer)

    async def _hand_on(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, late: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                if late and self._delay_s:
                    await asyncio.sleep(self._delay_s)
                if self._mode == "hang":
                    await _swallow(source)
                    break
                target.write(data)
                await target.drain()
        _reset(target)

    def _mourn(self) -> None:
        """The store is dead: refuse until it is not."""
        if self._mode != "refuse" and self._mourner is None:
            self._mourner = asyncio.ensure_future(self._wait_for_the_store())

    async def _wait_for_the_store(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        while True:
            try:
                _, writer = await asyncio.open_connection(*self._upstream)
            except OSError:
                await asyncio.sleep(POLL_S)
            else:
                writer.close()
                break
        self._mourner = None
        await self.listen()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Cut a connection so that the other side learns of it as an error."""
    kept = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _swallow(source: asyncio.StreamReader) -> None:
    while await source.read(65536):
        pass


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind(("127.0.0.1", port))
    return bound


async def serve(host: str, port: int, control: str) -> None:
    """Relay until killed."""
    relay = Relay(host, port)
    await relay.listen()

    async def obey(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            done = await relay.command(line.decode())
            writer.write(b"ok\n" if done else b"no such command\n")
            await writer.drain()
        writer.close()

    await asyncio.start_unix_server(obey, control)
    print(f"relay: listening on {relay.port}", flush=True)  # noqa: T201 - how the bench learns it
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
