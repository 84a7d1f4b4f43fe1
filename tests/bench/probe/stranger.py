"""A stranger's small service, on Flask-JWT-Extended as its own documentation has it.

`python stranger.py MODE [CERTIFICATE]`: with `denylist` a logout denies the token, in the memory of
this process; with `none` it says that it does, and does nothing, as many services do. With the
file of a certificate and its key it speaks https.
"""

from __future__ import annotations

import sys
from typing import Any

from flask import Flask, Response, jsonify, request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    get_jwt,
    get_jwt_identity,
    jwt_required,
)
from werkzeug.serving import make_server

KEY = "a key of at least thirty-two bytes for tests alone"


def make_app(mode: str) -> Flask:
    """The service; *mode* says what its logout does."""
    app = Flask(__name__)
    app.config["JWT_SECRET_KEY"] = KEY
    denied: set[str] = set()
    manager = JWTManager(app)

    @manager.token_in_blocklist_loader
    def is_denied(_header: dict[str, Any], payload: dict[str, Any]) -> bool:
        return payload["jti"] in denied

    @app.post("/auth/login")
    def login() -> tuple[Response, int]:
        fields = request.get_json()
        if fields.get("password") != "secret":
            return jsonify(message="wrong password"), 401
        return jsonify(tokens={"access": create_access_token(identity=fields["username"])}), 201

    @app.get("/profile")
    @jwt_required()  # type: ignore[untyped-decorator]  # the library's
    def profile() -> Response:
        return jsonify(logged_in_as=get_jwt_identity())

    @app.get("/open")
    def open_to_all() -> Response:
        return jsonify(logged_in_as="ada")

    @app.delete("/auth/logout")
    @jwt_required()  # type: ignore[untyped-decorator]  # the library's
    def logout() -> Response:
        if mode == "denylist":
            denied.add(get_jwt()["jti"])
        return jsonify(message="logged out")

    return app


if __name__ == "__main__":
    mode, *certificate = sys.argv[1:]
    tls = (certificate[0], certificate[0]) if certificate else None
    server = make_server("127.0.0.1", 0, make_app(mode), threaded=True, ssl_context=tls)
    print(f"listening on http{'s' if tls else ''}://127.0.0.1:{server.port}", flush=True)  # noqa: T201
    server.serve_forever()
