"""INSECURE ON PURPOSE: logouts that do nothing, nodes that do not listen, state that is stale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..shop.policy import Memory, Policy


def forget_to(claims: Mapping[str, Any], shared: Memory, own: Memory) -> None:
    """Answer 200 and change nothing: the client was told to forget its token."""


def signed_is_enough(
    claims: Mapping[str, Any],  # noqa: ARG001
    shared: Memory,  # noqa: ARG001
    own: Memory,  # noqa: ARG001
    now: float,  # noqa: ARG001
) -> bool:
    """Good until it expires."""
    return True


def ask_once(claims: Mapping[str, Any], shared: Any, own: Memory, now: float) -> bool:  # noqa: ARG001
    """Fetch the denials at the first request, and never again."""
    if "denials" not in own:
        own["denials"] = shared.snapshot()
    return f"denied:{claims['jti']}" not in own["denials"]


def never_alarm(family: Memory, token: str, now: float) -> str:  # noqa: ARG001
    """Any refresh token of the family is as good as the newest."""
    return "rotate"


def role_as_signed(claims: Mapping[str, Any], directory: Mapping[str, str]) -> str:  # noqa: ARG001
    """What the token says, as it was when it was signed."""
    return str(claims.get("role"))


REVOCATION = (
    Policy(marker="replay-after-logout", log_out=forget_to, accepts=signed_is_enough),
    Policy(marker="deaf-nodes", accepts=ask_once),
    Policy(marker="refresh-reuse", refresh=never_alarm),
    Policy(marker="stale-role", role_of=role_as_signed),
)
