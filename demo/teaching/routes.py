"""The teaching pages' routes. They are always there, and each says what it needs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from ..answers import json_answer
from ..browserfacts import browser_facts
from ..csrf import refuse_cross_origin
from ..filters import moment
from ..gate import Gate
from ..monitor import HISTORY
from . import diagram, fakeclock, lanes, lastrun, wire
from .desk import Desk
from .eventlog import events_for
from .here import is_from_here
from .lamps import INTERVALS_MS
from .story import STEPS

LINKS = (
    ("teaching.wire", "Wire"),
    ("teaching.time", "Time"),
    ("teaching.nodes", "Nodes"),
    ("teaching.log", "Log"),
    ("teaching.report", "Report"),
    ("teaching.browser", "Browser"),
)
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# The report is one file with its own styles and drawings, and no script.
_REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_STORIES = wire.Stories()


def teaching_routes(gate: Gate | None, desk: Desk | None = None) -> Blueprint:
    """Return the pages; without *gate* those of no scheme in particular, *desk* keeps the nodes."""
    routes = Blueprint("teaching", __name__)
    routes.before_request(lambda: refuse_cross_origin(request))
    routes.add_app_template_filter(lanes.hours)
    routes.app_context_processor(lambda: {"teaching_links": LINKS})
    _wire(routes)
    _time(routes)
    _nodes(routes, desk)
    _log(routes, gate, everyone=desk is not None)
    _report(routes)
    _browser(routes)
    return routes


def page(template: str, script: str = "", **shown: Any) -> Response:
    """Return a page, with leave for *script*, a file of our own, if it needs one."""
    response = Response(render_template(f"teaching/{template}", script=script, **shown))
    response.headers["Cache-Control"] = "no-store"  # It says what is so at this moment.
    if script:
        policy = f"{_POLICY}; script-src 'self'; connect-src 'self'"
        response.headers["Content-Security-Policy"] = policy
    return response


def _wire(routes: Blueprint) -> None:
    @routes.get("/wire", endpoint="wire")
    def show() -> Response:
        number = wire.read_step(request.args.get("step"))
        choice = wire.read_choice(request.args)
        sides = _STORIES.of(choice)
        return page(
            "wire.html",
            number=number,
            step=STEPS[number - 1],
            steps=STEPS,
            sides=wire.shown(sides, number, request.url_root),
            overview=wire.overview(sides),
            chosen=wire.fields(choice),
            choices=wire.CHOICES,
            recorded=moment(sides[0].exchanges[0].at),
            width=diagram.WIDTH,
            places=diagram.PLACES,
            names=diagram.NAMES,
        )

    @routes.post("/wire")
    def record() -> Response:
        choice = wire.read_choice(request.args)
        _STORIES.again(choice)
        number = wire.read_step(request.args.get("step"))
        return _to("wire", step=number, **wire.fields(choice))


def _time(routes: Blueprint) -> None:
    @routes.get("/time", endpoint="time")
    def show() -> Response:
        preset = request.args.get("limits", "")
        at_s, uses = fakeclock.read_at(request.args.get("at")), request.args.get("uses")
        played = fakeclock.play(at_s, fakeclock.read_uses(uses), fakeclock.limits_of(preset))
        drawing = lanes.draw(played)
        return page(
            "time.html",
            "teaching-time.js",
            played=played,
            drawing=drawing,
            jumps=lanes.jumps(played),
            before=lanes.just_before(played, drawing),
            twenty=lanes.every_twenty(played),
            preset=preset if preset in fakeclock.PRESET_NAMES else fakeclock.PRESET_NAMES[0],
            presets=fakeclock.PRESET_NAMES,
        )


def _nodes(routes: Blueprint, desk: Desk | None) -> None:
    @routes.get("/nodes", endpoint="nodes")
    def show() -> Response:
        return _nodes_page(desk)

    @routes.post("/nodes")
    def control() -> Response:
        if desk is None or not is_from_here(request):
            abort(403, "start the app with --teaching, and ask from its own machine")
        problem = desk.do(request.form.get("action", ""), request.form)
        if not problem:
            return _to("nodes")
        response = _nodes_page(desk, problem)
        response.status_code = 409
        return response

    @routes.get("/nodes/state")
    def state() -> Response:
        if desk is None or not is_from_here(request):
            abort(403, "start the app with --teaching, and ask from its own machine")
        response = json_answer(desk.described())
        response.headers["Cache-Control"] = "no-store"
        return response


def _nodes_page(desk: Desk | None, problem: str = "") -> Response:
    elsewhere = desk is not None and not is_from_here(request)
    shown = None if elsewhere else desk
    return page(
        "nodes.html",
        "teaching-nodes.js" if shown else "",
        desk=shown,
        elsewhere=elsewhere,
        problem=problem,
        nodes=list(shown.nodes) if shown else [],
        intervals=INTERVALS_MS,
    )


def _log(routes: Blueprint, gate: Gate | None, *, everyone: bool) -> None:
    @routes.get("/log", endpoint="log")
    def show() -> Response:
        chosen = request.args.get("event", "")
        found = events_for(gate, chosen, everyone=everyone and is_from_here(request))
        return page(
            "log.html",
            events=found.events,
            names=found.names,
            missing=found.missing,
            chosen=chosen if chosen in found.names else "",
            everyone=everyone,
            history=HISTORY,
        )


def _report(routes: Blueprint) -> None:
    @routes.get("/report", endpoint="report")
    def show() -> Response:
        if not is_from_here(request):
            return page("report.html", elsewhere=True)
        run = lastrun.last_run()
        missing = run if isinstance(run, str) else ""
        return page(
            "report.html",
            run=lastrun.example() if isinstance(run, str) else run,
            run_missing=missing,
            predictions=lastrun.predictions(),
            folder=lastrun.PREDICTIONS,
        )

    @routes.get("/report/whole")
    def whole() -> Response:
        found = None
        if is_from_here(request):
            found = lastrun.whole_report() or lastrun.whole_report(lastrun.EXAMPLE)
        if found is None:
            abort(404)
        response = Response(found, content_type="text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] = _REPORT_POLICY
        return response


def _browser(routes: Blueprint) -> None:
    @routes.get("/about/browser", endpoint="browser")
    def show() -> Response:
        found = browser_facts()
        return page(
            "browser.html", engines=found.engines, facts=found.facts, differing=found.differing
        )


def _to(name: str, **values: Any) -> Response:
    found: Any = redirect(url_for(f"teaching.{name}", **values), 303)
    return found  # type: ignore[no-any-return]
