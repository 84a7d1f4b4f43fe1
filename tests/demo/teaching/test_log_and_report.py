"""/log, /report and /about/browser: what they show, and to whom."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from markupsafe import escape

from demo.app import create_app, create_site
from demo.auth import Settings
from demo.browserfacts import browser_facts
from demo.monitor import Monitor
from demo.schemes import build
from demo.teaching import lastrun
from demo.teaching.desk import Desk
from demo.testing import Visitor, over_wsgi

HTML = {"Accept": "text/html"}


def visitors(name: str = "session-cookie-memory", desk: Desk | None = None) -> list[Visitor]:
    app = create_app(build(name, Settings()), monitor=Monitor(), desk=desk)
    return [Visitor(over_wsgi(app)) for _ in range(2)]


def page(visitor: Visitor, path: str, **headers: str) -> str:
    answer = visitor.get(path, {**HTML, **headers})
    assert answer.status == 200
    return answer.body.decode()


@pytest.mark.parametrize("name", ["session-cookie-memory", "token-cookie-hs256-expiry"])
def test_everybody_sees_their_own_events_alone(name: str) -> None:
    """Bob's are none of Alice's business, and a stranger has none."""
    alice, bob = visitors(name)
    assert "Log in first" in page(alice, "/log")
    alice.log_in("alice")
    bob.log_in("bob")
    found = page(alice, "/log")
    assert "_created</code>" in found
    assert "alice" in found
    assert "bob" not in found


def test_the_teacher_sees_every_event_on_their_own_machine() -> None:
    """And from elsewhere, or through a proxy, their own alone."""
    alice, bob = visitors(desk=Desk({}, [], None))
    bob.log_in("bob")
    assert "bob" in page(alice, "/log")
    assert "bob" not in page(alice, "/log", Forwarded="for=10.0.0.9")
    assert "bob" not in page(alice, "/log", Host="evil.test")


def test_an_event_that_was_judged_says_so_and_can_be_chosen() -> None:
    """A credential used after its logout is an alarm, beside the event that raised it."""
    alice, thief = visitors(desk=Desk({}, [], None))
    alice.log_in()
    alice.get("/me")
    thief.cookies = dict(alice.cookies)
    assert "as usual" in page(alice, "/log")
    alice.post("/logout")
    created = page(alice, "/log?event=session_created")
    assert "<code>session_created</code>" in created
    assert "<code>session_revoked</code>" not in created
    assert "nonsense" not in page(alice, "/log?event=nonsense")


def test_without_a_monitor_the_log_says_what_to_do() -> None:
    """And the page of several schemes, that each has its own."""
    app = create_app(build("session-cookie-memory", Settings()))
    assert "without --timing" in page(Visitor(over_wsgi(app)), "/log")
    site = create_site({"a": build("control", Settings())})
    assert "choose a scheme first" in page(Visitor(over_wsgi(site)), "/log")  # type: ignore[arg-type]


def results(folder: Path, **changes: object) -> None:
    rows = [
        {
            "run": "r", "measure": measure, "scheme": scheme, "metric": metric, "value": value,
            "ci_low": None, "ci_high": None, "claims": 0,
        }
        for measure, metric in (
            ("lookup", "auth_us_cost_p50"), ("revocation", "window_ms_worst"),
            ("payload", "request_bytes"),
        )
        for scheme, value in (("token-x", 300.0), ("session-x", 70.0), ("session-x", 75.0))
    ]  # fmt: skip
    whole = {"run": "r", "plan": "smoke", "state": "complete", "valid": True, "results": rows}
    folder.mkdir(parents=True)
    (folder / "results.json").write_text(json.dumps({**whole, **changes}))
    (folder / "index.html").write_text("<title>whole</title>")


def test_the_report_page_has_the_last_run_and_what_was_predicted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are read as files, from the folder the app was started in."""
    results(tmp_path / "reports/generated/latest")
    lab = tmp_path / "my-workshop/08-which-is-faster"
    lab.mkdir(parents=True)
    (lab / "predictions.toml").write_text('# Which is <faster>?\nfaster = "session"\n')
    monkeypatch.chdir(tmp_path)
    visitor = visitors()[0]
    found = page(visitor, "/report")
    for words in ("no figure is withheld", "token-x", "75", "Which is &lt;faster&gt;?", "session"):
        assert words in found
    assert found.index("session-x") < found.index("token-x")
    whole = visitor.get("/report/whole", HTML)
    assert whole.body == b"<title>whole</title>"
    assert "script-src" not in (whole.header("Content-Security-Policy") or "")


def test_what_is_missing_is_said_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a run nor a prediction; and a run that cannot be read."""
    monkeypatch.chdir(tmp_path)
    visitor = visitors()[0]
    found = page(visitor, "/report")
    assert "make bench PLAN=smoke" in found
    assert "python -m workshop predict" in found
    for damaged in ({"results": 5}, {"results": [5]}, {"valid": True, "results": [{}]}):
        results(tmp_path / str(damaged), **damaged)
        assert "cannot be read" in str(lastrun.last_run(tmp_path / str(damaged)))


def test_without_a_run_the_published_example_is_shown_and_said_to_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its figures, its name and its whole report; a run of one's own takes its place."""
    monkeypatch.chdir(tmp_path)
    visitor = visitors()[0]
    found = page(visitor, "/report")
    known = lastrun.example()
    assert known is not None
    assert len(known.tables) == 3
    assert all(0 < len(table.rows) <= lastrun.MAX_ROWS for table in known.tables)
    assert "The published example" in found
    assert "another machine measured" in found
    assert f"<strong>{known.name}</strong>" in found
    whole = visitor.get("/report/whole", HTML)
    assert whole.body == (lastrun.EXAMPLE / "index.html").read_bytes()
    results(tmp_path / "reports/generated/latest")
    assert "published example" not in page(visitor, "/report")
    assert visitor.get("/report/whole", HTML).body == b"<title>whole</title>"


def test_where_the_docs_are_not_at_hand_there_is_no_example(tmp_path: Path) -> None:
    """As in an installed package; and where what is there cannot be read."""
    assert lastrun.example(tmp_path) is None
    (tmp_path / "results.csv").write_text("run,metric\nx,request_bytes\n")
    (tmp_path / "index.html").write_text("x")
    assert lastrun.example(tmp_path) is None


def test_the_report_is_for_its_own_machine(tmp_path: Path) -> None:
    """It tells much about it."""
    visitor = visitors()[0]
    assert "own machine alone" in page(visitor, "/report", Host="evil.test")
    assert visitor.get("/report/whole", {**HTML, "Host": "evil.test"}).status == 404


def test_the_browser_page_shows_both_engines_side_by_side() -> None:
    """With version and date as they were recorded, and everything that was seen."""
    found = page(visitors()[0], "/about/browser")
    for engine in browser_facts().engines.values():
        assert f"{engine.version} on {engine.date}" in found
        assert f"seen in {engine.version.split()[0]}" in found
        assert all(str(escape(seen)) in found for seen in engine.seen.values())


def test_the_browser_page_marks_where_they_differ() -> None:
    """In words, once a fact; the two minutes of Chromium are one."""
    known = browser_facts()
    found = page(visitors()[0], "/about/browser")
    assert "without-samesite-later" in known.differing
    assert found.count("browsers differ") == len(known.differing) < len(known.facts)
    assert all(f'<a href="#{name}">' in found for name in known.differing)
