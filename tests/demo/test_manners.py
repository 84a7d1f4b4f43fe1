"""What a reviewer asks of the application around the mechanisms."""

from __future__ import annotations

import base64
import http.client
import json
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner
from valkey import Valkey
from werkzeug.serving import make_server

from bench.services import Services
from demo.__main__ import main
from demo.accounts import LIGHT, Accounts, Hashing, Limiter
from demo.accounts.__main__ import main as accounts_main
from demo.app import create_app
from demo.auth import Settings
from demo.builtin.registers import open_registers
from demo.monitor import Monitor
from demo.schemes import build
from demo.serving import Plan
from demo.testing import Visitor, over_wsgi

SHARED = (
    "session-cookie-redis",
    "session-cookie-sqlite",
    "session-cookie-postgres",
    "token-bearer-hs256-denylist-redis",
    "token-bearer-hs256-denylist-sqlite",
    "token-bearer-hs256-denylist-postgres",
    "token-bearer-hs256-expiry",
    "token-bearer-es256-denylist-redis",
)
HTML = {"Accept": "text/html"}


def some_accounts(account: int = 10, address: int = 50) -> Accounts:
    return Accounts(hashing=Hashing(LIGHT), limiter=Limiter(account=account, address=address))


def visitors(mounts: Mapping[str, str], settings: Settings) -> dict[str, Visitor]:
    """A client of each mount of one site."""
    schemes = Plan(mounts, settings, site=True).schemes()
    accounts = some_accounts()
    return {
        alias: Visitor(over_wsgi(create_app(scheme, accounts=accounts)))
        for alias, scheme in schemes.items()
    }


@pytest.mark.parametrize("name", SHARED)
def test_a_credential_of_one_mount_is_nobodys_at_another(
    name: str, services: Services, valkey_client: Valkey, postgres_url: str, tmp_path: Path
) -> None:
    """Whatever they share: store, key, scheme. Nor does one list or end the logins of another."""
    urls = f"{services.redis_url} {postgres_url} sqlite:///{tmp_path}/demo.sqlite"
    settings = Settings(store_url=urls, keys_file=tmp_path / "keys.json")
    found = visitors({f"a-{name[-20:]}": name, f"b-{name[-20:]}": name}, settings)
    here, there = found.values()
    here.log_in()
    there.log_in()
    assert len(here.get("/devices").json["devices"]) == 1
    copy = here.copy()
    copy.send = there.send
    assert copy.get("/me").status == 401
    if here.refresh_token:
        assert copy.post("/renew", {"refresh_token": here.refresh_token}).status == 401
    assert here.post("/logout-everywhere").status == 200
    assert there.get("/me").status == 200


def test_a_problem_is_for_who_asked_now() -> None:
    """Neither kept by a cache, nor taken for the answer to who asks for another form."""
    app = create_app(build("session-cookie-memory", Settings()), accounts=some_accounts())
    visitor = Visitor(over_wsgi(app))
    for path in ("/nowhere", "/me", "/devices/x", "/login"):
        for headers in ({}, HTML):
            answer = visitor.get(path, headers)
            assert answer.status in (401, 404, 405)
            assert answer.header("Cache-Control") == "no-store"
            assert "Accept" in (answer.header("Vary") or "")


@pytest.mark.parametrize(
    ("name", "cleared"),
    [("session-cookie-memory", '"cache", "storage"'), ("token-bearer-hs256-expiry", None)],
)
def test_a_logout_clears_what_the_browser_kept(name: str, cleared: str | None) -> None:
    """Of this origin, and of no other's cookies (ASVS 5.0 14.3.1)."""
    visitor = Visitor(over_wsgi(create_app(build(name, Settings()), accounts=some_accounts())))
    visitor.log_in()
    answer = visitor.post("/logout")
    assert (answer.status, answer.header("Clear-Site-Data")) == (200, cleared)


def test_who_guesses_is_told_to_wait() -> None:
    """One account is closed to everybody for a while, the others are not; and it says how long."""
    app = create_app(
        build("session-cookie-memory", Settings()), accounts=some_accounts(account=4, address=7)
    )
    visitor = Visitor(over_wsgi(app))
    assert [visitor.log_in("alice", f"guess {n}").status for n in range(6)] == [401] * 4 + [429] * 2
    answer = visitor.log_in()
    assert answer.status == 429
    assert 1 <= int(answer.header("Retry-After") or 0) <= 300
    assert visitor.log_in("bob").status == 200
    assert [visitor.log_in("carol", f"guess {n}").status for n in range(4)] == [401] * 3 + [429]
    assert visitor.log_in("bob").status == 429


def test_the_password_is_not_guessed_from_a_stolen_login_either() -> None:
    """To change it is one more way to try it."""
    scheme = build("session-cookie-memory", Settings())
    visitor = Visitor(over_wsgi(create_app(scheme, accounts=some_accounts(account=3))))
    visitor.log_in()
    guesses = [{"old": f"guess {n}", "new": "correct horse"} for n in range(5)]
    statuses = [visitor.post("/password", guess).status for guess in guesses]
    assert statuses == [403] * 3 + [429] * 2


def test_guesses_are_an_alarm_that_the_owner_sees() -> None:
    """So does who tries one password on many accounts raise one."""
    monitor = Monitor()
    scheme = build("session-cookie-memory", Settings())
    visitor = Visitor(
        over_wsgi(create_app(scheme, accounts=some_accounts(account=50), monitor=monitor))
    )
    for number in range(6):
        visitor.log_in("alice", f"guess {number}")
    for name in ("alice", "bob", "nobody"):
        visitor.log_in(name, "spring 2026")
    found = [name for judged in reversed(monitor.history()) for name in judged.alarms]
    assert list(dict.fromkeys(found)) == ["password-guessing", "password-spraying"]
    visitor.log_in()
    assert [a["rule"] for a in visitor.get("/devices").json["alarms"]] == ["password-guessing"]
    assert "guess" not in json.dumps([str(judged.facts) for judged in monitor.history()])


def test_a_session_id_is_256_bits_that_never_repeat() -> None:
    """As many as `secrets` makes of 32 bytes (ASVS 5.0 7.2.3)."""
    scheme = build("session-bearer-memory", Settings())
    visitor = Visitor(over_wsgi(create_app(scheme, accounts=some_accounts())))
    found = set()
    for _ in range(100):
        visitor.log_in()
        found.add(base64.urlsafe_b64decode((visitor.bearer or "") + "="))
    assert ({len(each) for each in found}, len(found)) == ({32}, 100)


@pytest.mark.parametrize("name", ["session-cookie-redis", "token-bearer-hs256-denylist-redis"])
def test_disabling_an_account_ends_its_logins(
    name: str, services: Services, valkey_client: Valkey, tmp_path: Path
) -> None:
    """At every node; and until it is enabled again nobody logs in with it."""
    url, keys = services.redis_url, tmp_path / "keys.json"
    settings = Settings(store_url=url, keys_file=keys)
    accounts = Accounts(open_registers(settings))
    alice, bob = (
        Visitor(over_wsgi(create_app(build(name, settings), accounts=accounts))) for _ in range(2)
    )
    alice.log_in()
    bob.log_in("bob")
    given = ["alice", "--scheme", name, "--store-url", url, "--keys-file", str(keys)]
    ended = CliRunner().invoke(accounts_main, ["disable", *given])
    assert (ended.exit_code, ended.output) == (0, f"{name}: logins of alice ended, immediate\n")
    assert [alice.get("/me").status, bob.get("/me").status] == [401, 200]
    assert alice.log_in().status == 401
    assert CliRunner().invoke(accounts_main, ["enable", *given]).exit_code == 0
    assert alice.log_in().status == 200


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--inactivity-s", "nan"], "not a number of seconds"),
        (["--access-s", "1e300"], "not in the range"),
        (["--absolute-s", "-1"], "not in the range"),
        (["--renewal-s", "1e-9"], "not in the range"),
        (["--touch-s", "inf"], "not in the range"),
        (["--max-failures-account", "0"], "not in the range"),
        (["--store-url", "sqlite:////nowhere/at/all.sqlite"], "there is no folder"),
        (["--store-url", "sqlite:////tmp"], "is a folder"),
        (["--store-url", "nonsense"], "redis://host:port/db"),
        (["--store-url", "redis://127.0.0.1:port/0"], "give host:port"),
        (["--light-hashes", "--host", "0.0.0.0"], "--light-hashes is for this machine alone"),
    ],
)
def test_an_option_that_cannot_be_is_one_line(given: list[str], said: str) -> None:
    """It says what to do instead, and there is no traceback."""
    scheme = "session-cookie-sqlite" if "sqlite" in " ".join(given) else "session-cookie-memory"
    ended = CliRunner().invoke(main, ["--port", "0", "--scheme", scheme, *given])
    assert ended.exit_code in (1, 2)
    assert isinstance(ended.exception, SystemExit)
    (line,) = [line for line in ended.stderr.splitlines() if said in line]
    assert line.startswith(("demo: ", "Error: "))


def test_a_server_that_marks_no_end_of_a_body_is_not_waited_for() -> None:
    """Werkzeug's own server keeps the connection's stream: reading on would wait for the client."""
    app = create_app(build("session-cookie-memory", Settings()), accounts=some_accounts())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        client.request("POST", "/login", "{", {"Content-Type": "application/json"})
        assert client.getresponse().status == 400
        client.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
