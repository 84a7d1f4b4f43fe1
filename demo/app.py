"""The one Flask app, under any scheme."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import Flask, Response, g, render_template, request
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from .accounts import Accounts
from .answers import json_answer, wants_html
from .auth import Scheme
from .callers import caller_routes
from .cart import cart_routes
from .csrf import refuse_cross_origin
from .devices import device_routes
from .filters import decoded, moment
from .gate import Gate
from .limits import MAX_BODY_BYTES
from .logins import login_routes
from .logouts import logout_routes
from .pages import page_routes
from .problems import register_problems, register_rejections
from .timing import register_timing
from .transports import transport_for

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
) -> Flask:
    """
    Give the demo app under *scheme*.

    *prefix* is the path it is mounted under, *node* what it calls itself in X-Node; *timing* adds
    Server-Timing, *lab* lets POST /cart be slow on purpose.
    """
    app = _flask(node)
    gate = Gate(scheme, transport_for(scheme, prefix))
    if timing:
        register_timing(app, scheme.take_measured)
    if gate.transport.ambient:
        app.before_request(lambda: refuse_cross_origin(request))
    app.after_request(lambda response: _keep_private(response, gate.transport.vary))
    register_rejections(app, gate)
    app.register_blueprint(caller_routes(gate))
    app.register_blueprint(login_routes(gate, accounts or Accounts()))
    app.register_blueprint(logout_routes(gate))
    app.register_blueprint(cart_routes(gate, lab=lab))
    app.register_blueprint(device_routes(gate))
    app.register_blueprint(page_routes(gate))
    return app


def create_site(
    schemes: Mapping[str, Scheme],
    *,
    node: str = "",
    timing: bool = False,
    lab: bool = False,
) -> WSGIApplication:
    """Give one app a scheme, each under /s/<alias>/, behind a page that lists them."""
    accounts = Accounts()
    mounts: dict[str, WSGIApplication] = {
        f"/s/{alias}": create_app(
            scheme, prefix=f"/s/{alias}", node=node, timing=timing, lab=lab, accounts=accounts
        )
        for alias, scheme in schemes.items()
    }
    return DispatcherMiddleware(_index(schemes, node), mounts)


def _index(schemes: Mapping[str, Scheme], node: str) -> Flask:
    app = _flask(node)

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
    app.add_template_filter(decoded)
    app.add_template_filter(moment)
    name = node or f"pid-{os.getpid()}"

    def finish(response: Response) -> Response:
        response.headers["X-Node"] = name
        if response.mimetype == "text/html":
            response.headers["Content-Security-Policy"] = _POLICY
            response.headers["X-Content-Type-Options"] = "nosniff"
            # Not "no-referrer": browsers then send `Origin: null` with the app's own forms.
            response.headers["Referrer-Policy"] = "same-origin"
        return response

    app.after_request(finish)
    return app


def _keep_private(response: Response, vary: str) -> Response:
    """Keep what was made for one caller out of caches, and only that."""
    if vary and g.get("credential_was_read"):
        response.headers["Cache-Control"] = "no-store"
        response.headers.add("Vary", vary)
    return response
