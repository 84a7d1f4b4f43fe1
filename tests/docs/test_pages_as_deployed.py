"""The pages' code from the built wheel, alone in its environment, under four worker processes."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bench.services import Services

from .clean import App, Reply, listings, make_environment, run_shell, served

T = TypeVar("T")
PASSWORD = "a password you check properly"
CALLERS = 40
AT_ONCE = 8


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the wheel, and what the pages name besides."""
    wanted = ("gunicorn", "redis", "flask-jwt-extended")
    return make_environment(tmp_path_factory.mktemp("clean"), *wanted)


@pytest.fixture
def serve(python: Path, tmp_path: Path) -> Iterator[Callable[..., App]]:
    """Serve a page's listings, the first alone or all of them."""
    with ExitStack() as stack:

        def begin(page: str, between: str = "", count: int = 1) -> App:
            run_shell(page, tmp_path, python)
            first, *more = listings(page)[:count]
            return stack.enter_context(served(python, tmp_path, "\n".join([first, between, *more])))

        yield begin


def at_once(call: Callable[[int], T], count: int = CALLERS) -> list[T]:
    """What *call* returns for each number, several at a time."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(call, range(count)))


def by_several(app: App, call: Callable[[int], T]) -> list[T]:
    """The same, again until more than one worker has answered."""
    found: list[T] = []
    for _ in range(20):
        found += at_once(call)
        if len(app.workers) > 1:
            return found
    raise AssertionError(f"one worker answered everything: {app.log.read_text()[-500:]}")


def test_nothing_else_can_be_imported(python: Path, tmp_path: Path) -> None:
    """The environment has the wheel and what it declares, and not this checkout."""
    code = (
        "import importlib.util as u, sessions, tokens, demo; print(sessions.__file__); "
        "assert u.find_spec('locust') is None and u.find_spec('pytest') is None"
    )
    done = subprocess.run(
        [python, "-c", code], cwd=tmp_path, capture_output=True, text=True, env={}, check=True
    )
    assert str(python.parents[1]) in done.stdout


def test_a_verifier_elsewhere_needs_nothing_more(python: Path, tmp_path: Path) -> None:
    """The listing of the page on revocation, which asks for keys when the first token comes."""
    [code] = listings("revocation.md")
    subprocess.run([python, "-W", "error", "-c", code], cwd=tmp_path, env={}, check=True)


def test_sessions_alone(serve: Callable[..., App]) -> None:
    """A login at one worker is known to all, and so is its end."""
    app = serve("sessions-alone.md")

    def visit(number: int) -> list[Any]:
        body = {"username": f"u{number}", "password": PASSWORD}
        held = app.ask("POST", "/login", None, body).cookie
        seen = [app.ask("GET", "/me", held) for _ in range(3)]
        left = app.ask("POST", "/logout", held)
        return [*((one.status, one.json["subject"]) for one in seen), left.status, status(held)]

    def status(held: dict[str, str]) -> int:
        return app.ask("GET", "/me", held).status

    for number, seen in enumerate(by_several(app, visit)):
        assert seen == [*3 * [(200, f"u{number % CALLERS}")], 200, 401]
    refused = app.ask("GET", "/me")
    # RFC 9110 section 15.5.2: a 401 has a challenge.
    assert (refused.status, refused.headers["WWW-Authenticate"]) == (401, 'Cookie realm="app"')
    assert refused.headers["Cache-Control"] == "no-store"


def bearer(reply: Reply) -> dict[str, str]:
    return {"Authorization": f"Bearer {reply.json['access_token']}"}


def test_tokens_alone(serve: Callable[..., App], tmp_path: Path) -> None:
    """Every worker has the key; the file with it is the owner's alone."""
    app = serve("tokens-alone.md")
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600

    def visit(number: int) -> list[Any]:
        body = {"username": f"u{number}", "password": PASSWORD}
        first = app.ask("POST", "/login", None, body)
        seen = [app.ask("GET", "/me", bearer(first)).status for _ in range(3)]
        again = app.ask("POST", "/refresh", None, {"refresh_token": first.json["refresh_token"]})
        seen.append(app.ask("GET", "/me", bearer(again)).status)
        seen.append(app.ask("POST", "/logout", bearer(again)).status)
        return [*seen, app.ask("GET", "/me", bearer(first)).status]

    for seen in by_several(app, visit):
        assert seen == [200, 200, 200, 200, 200, 401]


@pytest.mark.parametrize(
    ("page", "path"),
    [("tokens-alone.md", "/me"), ("moving-from-flask-jwt-extended.md", "/protected")],
)
def test_bearer_is_read_and_refused_as_the_rfcs_have_it(
    serve: Callable[..., App], page: str, path: str
) -> None:
    """RFC 9110 section 11.1 and RFC 6750 sections 2.1, 3 and 3.1."""
    app = serve(page)
    login = app.ask("POST", "/login", None, {"username": "alice", "password": PASSWORD})
    assert login.headers["Cache-Control"] == "no-store"
    assert login.json["token_type"] == "Bearer"
    token = login.json["access_token"]
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert app.ask("GET", path, {"Authorization": f"{scheme} {token}"}).status == 200
    sent = {"Authorization": "Bearer a.b.c"}
    refused = app.ask("GET", path, sent)
    assert refused.status == 401
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'
    unsent: list[dict[str, str]] = [
        {},
        {"Authorization": token},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic YTpi"},
        {"Authorization": f"Bearer{token}"},
    ]
    for headers in unsent:
        refused = app.ask("GET", path, headers)
        assert (refused.status, refused.headers["WWW-Authenticate"]) == (401, 'Bearer realm="api"')


def test_moving_from_flask_session(serve: Callable[..., App]) -> None:
    """Carts of visitors go with them into their login, and end with it."""
    app = serve("moving-from-flask-session.md")

    def visit(number: int) -> list[Any]:
        held = app.ask("POST", "/cart/tea").cookie
        app.ask("POST", "/cart/tea", held)
        held = app.ask("POST", f"/login/u{number}", held).cookie
        me = app.ask("GET", "/me", held).json
        app.ask("POST", "/logout", held)
        return [me["subject"], me["cart"]["tea"], app.ask("GET", "/me", held).json["subject"]]

    for number, seen in enumerate(by_several(app, visit)):
        assert seen == [f"u{number % CALLERS}", 2, None]


def test_live_sessions_are_carried_over_whole(serve: Callable[..., App], stores: Services) -> None:
    """However many requests come at once with the old cookie: they share one new session."""
    from flask import Flask, session
    from flask_session import Session
    from redis import Redis

    before = Flask("before")
    before.config.update(SESSION_TYPE="redis", SESSION_REDIS=Redis.from_url(stores.redis_url))
    Session(before)

    @before.get("/<int:number>")
    def fill(number: int) -> dict[str, Any]:
        session.update(user=f"u{number}", tea=2, none=None, at=datetime.now(UTC))
        return {}

    def old(number: int) -> dict[str, str]:
        made = before.test_client().get(f"/{number}")
        return {"Cookie": made.headers["Set-Cookie"].partition(";")[0]}

    kept = [old(number) for number in range(6)]
    before.config["SESSION_REDIS"].close()
    app = serve("moving-from-flask-session.md", f"BEFORE_URL = {stores.redis_url!r}\n", 2)

    def put(held: dict[str, str], at: int) -> Reply:
        return app.ask("POST", f"/cart/n{at}", held)

    for number, held in enumerate(kept):
        found = at_once(partial(put, held), AT_ONCE)
        assert {reply.status for reply in found} == {200}
        [cookie] = {reply.cookie["Cookie"] for reply in found}
        me = app.ask("GET", "/me", {"Cookie": f"{cookie}; {held['Cookie']}"}).json
        assert me["subject"] == f"u{number}"
        assert me["cart"].pop("at").endswith("GMT")
        assert me["cart"].pop("_flashes")
        assert me["cart"] == {"tea": 2, "none": None, **{f"n{at}": 1 for at in range(AT_ONCE)}}
        app.ask("POST", "/logout", {"Cookie": cookie})
        assert app.ask("GET", "/me", held).json["subject"] is None


def test_moving_from_flask_jwt_extended(serve: Callable[..., App], stores: Services) -> None:
    """Every worker has the key; of requests at once with one old refresh token one is served."""
    from flask import Flask
    from flask_jwt_extended import JWTManager, create_refresh_token

    secret = "s" * 32
    between = f"BEFORE_URL = {stores.redis_url!r}\nSECRET_BEFORE = {secret!r}\n"
    app = serve("moving-from-flask-jwt-extended.md", between, 2)

    def visit(number: int) -> list[int]:
        first = app.ask("POST", "/login", None, {"username": f"u{number}"})
        seen = [app.ask("GET", "/protected", bearer(first)).status for _ in range(3)]
        seen.append(app.ask("DELETE", "/logout", bearer(first)).status)
        return [*seen, app.ask("GET", "/protected", bearer(first)).status]

    for seen in by_several(app, visit):
        assert seen == [200, 200, 200, 200, 401]
    old = Flask("before")
    old.config["JWT_SECRET_KEY"] = secret
    JWTManager(old)
    with old.app_context():
        held = {"Authorization": f"Bearer {create_refresh_token('alice')}"}
    found = at_once(lambda _: app.ask("POST", "/refresh/before", held), AT_ONCE)
    assert sorted(reply.status for reply in found) == [200, *(AT_ONCE - 1) * [401]]
