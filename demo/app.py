"""The one Flask app, under any scheme."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import Flask, Response, g, render_template, request
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from .accounts import Accounts
from .accounts.successors import Successors
from .answers import json_answer, wants_html
from .auth import TEACHING, Scheme
from .callers import caller_routes
from .carriers import transport_for
from .carrying import register_carrying
from .cart import cart_routes
from .csrf import refuse_cross_origin
from .devices import device_routes
from .filters import register_filters
from .gate import Gate
from .keys import key_routes
from .limits import MAX_BODY_BYTES, drain
from .logins import login_routes
from .logouts import logout_routes
from .loopback import refuse_strangers
from .monitor import Monitor
from .pages import page_routes
from .problems import register_problems, register_refusals, register_rejections
from .renewals import deliver_renewed
from .teaching.desk import Desk
from .teaching.routes import teaching_routes
from .timing import register_timing
from .watch import Watch

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# Own style sheet and icon; no script, no frame, no form and no request that goes elsewhere.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def create_app(
    scheme: Scheme,
    *,
    prefix: str = "",
    node: str = "",
    timing: bool = False,
    lab: bool = False,
    accounts: Accounts | None = None,
    monitor: Monitor | None = None,
    desk: Desk | None = None,
) -> Flask:
    """
    Give the demo app under *scheme*.

    *prefix* is the path it is mounted under, *node* what it calls itself in X-Node; *timing* adds
    Server-Timing, *lab* lets POST /cart be slow on purpose, *monitor* judges what happens.
    """
    app = _flask(node)
    accounts = accounts or Accounts()
    watch = None if monitor is None else Watch(monitor, scheme)
    successors = Successors(accounts.registers, prefix)
    gate = Gate(scheme, transport_for(scheme, prefix), watch, successors)
    if scheme.transport in TEACHING:
        app.before_request(lambda: refuse_strangers(request))
    if timing:
        register_timing(app, scheme)
    if gate.transport.ambient:
        app.before_request(lambda: refuse_cross_origin(request))
        app.after_request(lambda response: deliver_renewed(gate, response))
    if scheme.mechanism is not None:
        app.after_request(lambda response: _keep_private(response, gate))
    if gate.watch is not None:
        gate.watch.register(app, gate)
    register_rejections(app, gate)
    register_refusals(app, accounts.registers.outages)
    register_carrying(app, gate)
    app.register_blueprint(caller_routes(gate))
    app.register_blueprint(key_routes(scheme))
    app.register_blueprint(login_routes(gate, accounts))
    app.register_blueprint(logout_routes(gate))
    app.register_blueprint(cart_routes(gate, lab=lab))
    app.register_blueprint(device_routes(gate))
    register_pages(app, gate, desk)
    return app


def register_pages(app: Flask, gate: Gate, desk: Desk | None = None) -> None:
    """Add the pages for people; whatever else is to be seen of a scheme is added here."""
    app.register_blueprint(page_routes(gate))
    app.register_blueprint(teaching_routes(gate, desk))


def create_site(
    schemes: Mapping[str, Scheme],
    *,
    node: str = "",
    timing: bool = False,
    lab: bool = False,
    accounts: Accounts | None = None,
    monitors: Mapping[str, Monitor | None] | None = None,
    desk: Desk | None = None,
) -> WSGIApplication:
    """Return an app that serves each scheme under /s/<alias>/, and a page that lists them."""
    accounts = accounts or Accounts()
    mounts: dict[str, WSGIApplication] = {
        f"/s/{alias}": create_app(
            scheme,
            prefix=f"/s/{alias}",
            node=node,
            timing=timing,
            lab=lab,
            accounts=accounts,
            monitor=(monitors or {}).get(alias),
            desk=desk,
        )
        for alias, scheme in schemes.items()
    }
    return DispatcherMiddleware(_index(schemes, node, desk), mounts)


def _index(schemes: Mapping[str, Scheme], node: str, desk: Desk | None) -> Flask:
    app = _flask(node)
    app.register_blueprint(teaching_routes(None, desk))

    @app.get("/")
    def index() -> Response:
        if wants_html():
            response = Response(render_template("index.html", schemes=schemes))
        else:
            paths = {f"/s/{alias}/": scheme.summary for alias, scheme in schemes.items()}
            response = json_answer({"schemes": paths})
        response.vary.add("Accept")
        return response

    @app.get("/livez")
    def livez() -> Response:
        return json_answer({"live": True})

    return app


def _flask(node: str) -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    register_problems(app)
    register_filters(app)
    name = node or f"pid-{os.getpid()}"

    def finish(response: Response) -> Response:
        response.headers["X-Node"] = name
        if response.status_code >= 400 and request.method in ("POST", "PUT", "PATCH", "DELETE"):
            drain()
        if response.mimetype == "text/html":
            response.headers.setdefault("Content-Security-Policy", _POLICY)
            response.headers["X-Content-Type-Options"] = "nosniff"
            # Not "no-referrer": browsers then send `Origin: null` with the app's own forms.
            response.headers.setdefault("Referrer-Policy", "same-origin")
        return response

    app.after_request(finish)
    return app


def _keep_private(response: Response, gate: Gate) -> Response:
    """Keep what was made for one caller out of caches, and only that."""
    in_address = gate.transport.in_address
    if in_address:
        # Not even to our own pages: the style sheet's request would tell it to an access log
        # once more. Nothing here asks where a form came from, since nothing is ambient.
        response.headers["Referrer-Policy"] = "no-referrer"
    if g.get("credential_was_read") or (in_address and gate.credential() is not None):
        response.headers["Cache-Control"] = "no-store"
        if gate.transport.vary:
            response.vary.add(gate.transport.vary)
    return response
