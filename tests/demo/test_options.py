"""What the demo is started with: a cap on logins, the renewal time-out, lifetimes by name."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from click.testing import CliRunner

from demo.__main__ import main
from demo.app import create_app
from demo.auth import Scheme, Settings
from demo.builtin import PRESETS
from demo.schemes import build, every_name, names
from demo.testing import Visitor, over_sockets, over_wsgi
from sessions import Lifetimes, SessionManager
from sessions.stores.base import SessionStore
from sessions.stores.memory import MemoryStore
from sessions.stores.sqlite import SQLiteStore
from tests.conftest import FakeClock

from .conftest import Start

CAPPED = ["session-cookie-memory", "token-bearer-hs256-expiry", "token-cookie-hs256-expiry"]


def visitors(name: str, at_max: Literal["end-oldest", "refuse"]) -> tuple[Scheme, list[Visitor]]:
    scheme = build(name, Settings(max_sessions=2, at_max=at_max))
    send = over_wsgi(create_app(scheme))
    return scheme, [Visitor(send) for _ in range(3)]


@pytest.mark.parametrize("name", CAPPED)
def test_at_the_cap_the_oldest_login_gives_way(name: str) -> None:
    """It is off the list; and refused, where the scheme can do that."""
    scheme, (first, second, third) = visitors(name, "end-oldest")
    assert [visitor.log_in().status for visitor in (first, second, third)] == [200] * 3
    assert len(third.get("/devices").json["devices"]) == 2
    if scheme.strength == "immediate":
        assert first.get("/me").status == 401
    assert [visitor.get("/me").status for visitor in (second, third)] == [200, 200]


@pytest.mark.parametrize("name", CAPPED)
def test_at_the_cap_one_more_login_is_refused_if_asked_to(name: str) -> None:
    """With the remedy; and a login that ends makes room for it."""
    _, (first, second, third) = visitors(name, "refuse")
    assert [visitor.log_in().status for visitor in (first, second, third)] == [200, 200, 409]
    assert third.holds() is None
    assert first.post("/logout").status == 200
    assert third.log_in().status == 200


class Renewing:
    """A session app whose IDs are replaced after an hour, and a clock to get there."""

    def __init__(self, clock: FakeClock, store: SessionStore, transport: str = "cookie") -> None:
        self.clock = clock
        limits = Lifetimes(timedelta(hours=4), timedelta(hours=12), renewal=timedelta(hours=1))
        manager = SessionManager(store, limits, now=clock)
        scheme = Scheme("session-x", "Sessions.", manager, transport, "immediate")  # type: ignore[arg-type]
        self.visitor = Visitor(over_wsgi(create_app(scheme)))
        self.visitor.log_in()

    def wait(self) -> None:
        self.clock.advance(3600)


NAVIGATION = {"Sec-Fetch-Mode": "navigate"}
PART_OF_A_PAGE = {"Sec-Fetch-Mode": "cors"}


def test_an_id_that_is_due_is_replaced_in_mid_session(clock: FakeClock) -> None:
    """The same login goes on under another ID; the old one is refused at once."""
    renewing = Renewing(clock, MemoryStore())
    alice = renewing.visitor
    handle = alice.get("/me").json["handle"]
    old = alice.copy()
    renewing.wait()
    answer = alice.get("/me", NAVIGATION)
    assert answer.json["handle"] == handle
    (cookie,) = answer.all("Set-Cookie")
    assert cookie.endswith("; Path=/; Secure; HttpOnly; SameSite=Lax")
    assert alice.holds() != old.holds()
    assert old.get("/me").status == 401
    assert alice.get("/me", NAVIGATION).all("Set-Cookie") == []


def test_an_id_is_replaced_on_the_page_as_well(clock: FakeClock) -> None:
    """And what the page shows is the ID that the browser has from now on."""
    renewing = Renewing(clock, MemoryStore())
    renewing.wait()
    answer = renewing.visitor.get("/", {"Accept": "text/html", **NAVIGATION})
    assert (renewing.visitor.holds() or "-") in answer.body.decode()


def test_only_a_request_that_the_browser_makes_alone_replaces_it(clock: FakeClock) -> None:
    """The parts of a page, and what changes something, leave it as it is."""
    renewing = Renewing(clock, MemoryStore())
    renewing.wait()
    alice = renewing.visitor
    assert alice.get("/me", PART_OF_A_PAGE).all("Set-Cookie") == []
    assert alice.post("/cart", {"item": "tea", "quantity": 1}).all("Set-Cookie") == []
    assert len(alice.get("/me").all("Set-Cookie")) == 1  # A program that sends no such header.


@pytest.mark.parametrize("transport", ["bearer", "url", "form"])
def test_who_carries_the_id_itself_renews_it_itself(transport: str, clock: FakeClock) -> None:
    """The server cannot put another into its hands, so it takes none away."""
    renewing = Renewing(clock, MemoryStore(), transport)
    renewing.wait()
    before = renewing.visitor.holds()
    assert renewing.visitor.get("/me").status == 200
    assert renewing.visitor.holds() == before
    assert renewing.visitor.post("/renew").status == 200
    assert renewing.visitor.holds() != before


def test_parallel_requests_replace_it_once_and_log_nobody_out(
    clock: FakeClock, tmp_path: Path
) -> None:
    """One of them sends the new ID. The others were let in, or came after it and are refused
    with the cookie left alone; whatever the order, the browser is logged in afterwards."""
    store = SQLiteStore(tmp_path / "sessions.db")
    renewing = Renewing(clock, store)
    alice = renewing.visitor
    for _ in range(5):
        renewing.wait()
        tabs = [alice.copy() for _ in range(8)]
        with ThreadPoolExecutor(len(tabs)) as pool:
            answers = list(pool.map(lambda tab: tab.get("/me", NAVIGATION), tabs))
        assert {answer.status for answer in answers} <= {200, 401}
        given = [cookie for answer in answers for cookie in answer.all("Set-Cookie")]
        assert len(given) == 1
        assert "Max-Age=0" not in given[0]
        alice.cookies = {("__Host-session", "/"): given[0].partition(";")[0].partition("=")[2]}
        assert alice.get("/me").json["subject"] == "alice"
    store.close()


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_lifetimes_go_by_name(preset: str) -> None:
    """Each builds both halves, and is what its source says."""
    settings = Settings(**PRESETS[preset])  # type: ignore[arg-type]  # its own fields
    hours = {"aal2": (1, 24), "aal3": (0.25, 12)}.get(preset)
    if hours:
        assert settings.inactivity == timedelta(hours=hours[0])
        assert settings.absolute == timedelta(hours=hours[1])
    for name in ("session-cookie-memory", "token-cookie-hs256-expiry"):
        build(name, settings).close()


def test_what_is_given_besides_a_preset_wins(start: Start) -> None:
    """Over the whole way, from the command line to the expiry that the app tells."""
    served = start(
        *("--scheme", "session-cookie-memory", "--preset", "aal2", "--inactivity-s", "120")
    )
    alice = Visitor(over_sockets(served.base))
    login = alice.log_in().json
    began_at = alice.get("/devices").json["devices"][0]["created_at"]
    assert login["expires_at"] - began_at == pytest.approx(120)


def test_every_scheme_is_listed() -> None:
    """Those with a name of their own, the grid, what is for teaching, and the known truths."""
    listed = CliRunner().invoke(main, ["--list"]).output.split()
    assert listed == every_name()
    assert set(listed) == {*names(), *names("grid"), *names("teaching"), *names("truths")}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--monitor", "nonsense=log"], "the monitor has no rule 'nonsense'"),
        (["--monitor", "pace=shout"], "one of log, ask-again, revoke"),
        (["--preset", "aal9"], "aal2"),
        (["--max-sessions", "0"], "--max-sessions"),
        (["--touch-s", "9999"], "touch must be shorter than inactivity"),
    ],
)
def test_an_option_that_cannot_be_is_a_clear_line(arguments: list[str], said: str) -> None:
    """With what is possible, and no traceback."""
    ended = CliRunner().invoke(
        main, ["--port", "0", "--scheme", "session-cookie-memory", *arguments]
    )
    assert ended.exit_code in (1, 2)
    assert said in ended.stderr
    assert isinstance(ended.exception, SystemExit)
