"""An app that says how much of the request's header fields has reached it, and the servers for it.

`python -m bench.payload.echo SERVER PORT` serves it with that server's own defaults.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

PREFIX = "HTTP_X_FIELD"
HOST = "127.0.0.1"
TARGET = "bench.payload.echo:app"


def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer with the number of fields called X-Field…, and the bytes of their values."""
    sizes = [len(value) for name, value in environ.items() if name.startswith(PREFIX)]
    body = json.dumps({"fields": len(sizes), "bytes": sum(sizes)}).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]


def _granian(port: int) -> None:
    from granian.constants import Interfaces
    from granian.server import Server

    Server(TARGET, address=HOST, port=port, interface=Interfaces.WSGI, log_enabled=False).serve()


def _gunicorn(port: int) -> None:
    from gunicorn.app.wsgiapp import run  # type: ignore[import-untyped]  # it has no stubs

    sys.argv = ["gunicorn", "--bind", f"{HOST}:{port}", TARGET]
    run()


def _waitress(port: int) -> None:
    import waitress  # type: ignore[import-untyped]  # it has no stubs

    waitress.serve(app, host=HOST, port=port)


def _werkzeug(port: int) -> None:
    from werkzeug.serving import make_server

    make_server(HOST, port, app, threaded=True).serve_forever()


SERVERS: dict[str, Callable[[int], None]] = {
    "granian": _granian,
    "gunicorn": _gunicorn,
    "waitress": _waitress,
    "werkzeug": _werkzeug,
}

if __name__ == "__main__":
    SERVERS[sys.argv[1]](int(sys.argv[2]))
