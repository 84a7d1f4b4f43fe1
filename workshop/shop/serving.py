"""Open the shop on this machine's own addresses, and on none that anybody else can reach."""

from __future__ import annotations

import ipaddress
import socket
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wsgi import get_input_stream

from demo.app import create_app

from .accounts import FreshAccounts
from .client import SHOP, Browser, over_loopback
from .clock import LabClock
from .evil import Loot, with_attacker
from .guard import App, Environ, StartResponse, guarded
from .jws import fresh_keys
from .policy import SECURE, Policy
from .reviews import with_reviews
from .sessions import LabSessions, session_scheme
from .tokens import Deployment, token_scheme
from .wrapping import wrapped

_opened: ContextVar[list[Shop] | None] = ContextVar("opened", default=None)


@contextmanager
def opened() -> Iterator[list[Shop]]:
    """Collect the shops that are opened meanwhile, for whoever looks at them afterwards."""
    shops: list[Shop] = []
    token = _opened.set(shops)
    try:
        yield shops
    finally:
        _opened.reset(token)


class NotLoopback(ValueError):
    """The shop was about to be reachable from elsewhere."""


class _Quiet(WSGIRequestHandler):
    """A request handler that keeps what it sees for the access log of the lab alone."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the name it has there
        pass


@dataclass
class Shop:
    """A running shop: its port, its users, and what a lab may look at."""

    policy: Policy
    clock: Callable[[], float]
    accounts: FreshAccounts = field(default_factory=FreshAccounts)
    loot: Loot = field(default_factory=Loot)
    log: list[str] = field(default_factory=list)
    """The access log: one request line each, with its Referer."""
    sessions: LabSessions | None = None
    deployment: Deployment | None = None
    ports: list[int] = field(default_factory=list)
    browsers: list[Browser] = field(default_factory=list)
    """Everybody's, in the order in which they were unpacked."""
    _servers: list[tuple[BaseWSGIServer, threading.Thread]] = field(default_factory=list)
    keys_folder: tempfile.TemporaryDirectory[str] | None = None

    def __post_init__(self) -> None:
        """Be among those that somebody collects."""
        shops = _opened.get()
        if shops is not None:
            shops.append(self)

    @property
    def port(self) -> int:
        """Where the first node listens."""
        return self.ports[0]

    def browser(self, name: str = "alice", node: int = 0) -> Browser:
        """A browser of *name*'s own, fresh from the box."""
        port = self.ports[node]
        browser = Browser(
            over_loopback(port),
            f"{SHOP}:{port}",
            name,
            self.accounts.passwords.get(name, ""),
            now=self.clock,
        )
        self.browsers.append(browser)
        return browser

    def evil(self, path: str, below: bool = False) -> str:
        """An address on the attacker's site; *below*: on the one under the shop's own name."""
        return f"http://evil.{'shop.' if below else ''}localhost:{self.port}{path}"

    def serve(self, app: App, host: str, port: int) -> None:
        """Answer with *app*, behind the guard."""
        self._servers.append(listen(guarded(self._logged(app), self.policy.marker), host, port))
        self.ports.append(self._servers[-1][0].socket.getsockname()[1])

    def close(self) -> None:
        """Stop every node and forget everything."""
        for server, thread in self._servers:
            server.shutdown()
            thread.join()
            server.server_close()
        if self.keys_folder is not None:
            self.keys_folder.cleanup()

    def __enter__(self) -> Shop:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _logged(self, app: App) -> App:
        def log(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            query = environ.get("QUERY_STRING", "")
            line = f"{environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '')}"
            self.log.append(f"{line}{'?' + query if query else ''}")
            # Werkzeug's own server hands out the socket: who reads to the end would wait for ever.
            environ["wsgi.input"] = get_input_stream(environ)
            return app(environ, start_response)

        return log


def listen(app: App, host: str, port: int) -> tuple[BaseWSGIServer, threading.Thread]:
    """Serve *app* in a thread; NotLoopback if others could reach it, and nothing listens then."""
    if not _is_loopback(host):
        raise NotLoopback(f"{host} can be reached from elsewhere; the workshop is for 127.0.0.1")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((host.strip("[]"), port))
        bound = str(held.getsockname()[0])
        if not _is_loopback(bound):
            raise NotLoopback(f"{host} turned out to be {bound}, which others can reach")
        held.listen(128)
        server = make_server(
            host, port, app, threaded=True, request_handler=_Quiet, fd=held.fileno()
        )
    # Looks for the end ten times as often as it would by itself: labs open many shops.
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    return server, thread


def open_session_shop(
    policy: Policy = SECURE,
    clock: Callable[[], float] | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
) -> Shop:
    """The real app under server-side sessions, with the attacker's sites beside it."""
    shop = Shop(policy, clock or LabClock())
    scheme, shop.sessions = session_scheme(policy, shop.clock)
    app = create_app(scheme, node="shop", accounts=shop.accounts)
    shop.serve(with_attacker(with_reviews(wrapped(app, policy), policy), shop.loot), host, port)
    return shop


def open_token_shop(
    policy: Policy = SECURE,
    clock: Callable[[], float] | None = None,
    nodes: int = 1,
    beside: Sequence[Policy] = (),
    host: str = "127.0.0.1",
    port: int = 0,
) -> Shop:
    """The real app under signed tokens, on several nodes that share what is shared.

    *nodes* run *policy*. Each further node runs one of the policies in *beside*.
    """
    shop = Shop(policy, clock or LabClock())
    shop.keys_folder = tempfile.TemporaryDirectory(prefix="workshop-keys-")
    try:
        keys = fresh_keys(policy.secret, Path(shop.keys_folder.name))
        shop.deployment = Deployment(keys, shop.clock)
        for number, node_policy in enumerate([*[policy] * nodes, *beside]):
            scheme = token_scheme(node_policy, shop.deployment)
            app = create_app(scheme, node=f"node-{number}", accounts=shop.accounts)
            shop.serve(with_attacker(app, shop.loot), host, port if number == 0 else 0)
    except BaseException:
        shop.close()
        raise
    return shop


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        # A name, even localhost, is whatever a hosts file says: only addresses are certain.
        return False
