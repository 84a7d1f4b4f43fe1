"""What is logged in as the caller, from where, since when; and ending one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response

from .agents import summary
from .answers import json_answer
from .auth import Entry
from .delivery import answer
from .gate import Gate
from .problems import Problem


def device_routes(gate: Gate) -> Blueprint:
    """Return the routes of /devices."""
    routes = Blueprint("devices", __name__)

    @routes.get("/devices")
    def devices() -> Response:
        mechanism = gate.keeping()
        identity, subject = gate.member()
        entries = mechanism.entries(subject)
        if entries is None:
            why = "this scheme keeps no list of logins"
            return json_answer({"devices": None, "detail": why})
        described = describe_entries(entries, identity.handle)
        return json_answer({"devices": described, "alarms": describe_alarms(gate, subject)})

    # An HTML form cannot send DELETE.
    @routes.route("/devices/<handle>", methods=["DELETE", "POST"])
    def end(handle: str) -> Response:
        mechanism = gate.keeping()
        identity, subject = gate.trusted()
        revocation = mechanism.revoke_entry(subject, handle)
        if revocation is None:
            # Also what a handle of somebody else's answers: it does not tell them apart.
            raise Problem(404, "No such login", "it has ended already, or was never yours")
        return answer(gate, "device", {}, revocation=revocation, clear=handle == identity.handle)

    return routes


def describe_entries(entries: Sequence[Entry], own_handle: str) -> list[dict[str, Any]]:
    """Return each login as plain fields, with `this` on the caller's own."""
    return [
        {
            "handle": entry.handle,
            "this": entry.handle == own_handle,
            "created_at": entry.created_at,
            "last_seen_at": entry.last_seen_at,
            "address": entry.address,
            "user_agent": entry.user_agent,
            "agent": summary(entry.user_agent),
        }
        for entry in entries
    ]


def describe_alarms(gate: Gate, subject: str) -> list[dict[str, Any]]:
    """Return what the monitor of this process found about *subject*, newest first."""
    if gate.watch is None:
        return []
    return [
        {
            "rule": alarm.rule,
            "why": alarm.why,
            "at": alarm.at,
            "count": alarm.count,
            "response": alarm.response,
            "handle": alarm.handle,
            "address": alarm.client.address,
            "agent": summary(alarm.client.user_agent),
        }
        for alarm in gate.watch.monitor.alarms(subject)
    ]
