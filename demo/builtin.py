"""The built-in schemes, composed: the one place that knows both sessions and tokens."""

from __future__ import annotations

from .auth import Scheme, Settings


def control(settings: Settings) -> Scheme:  # noqa: ARG001 - every factory takes settings
    """Build the scheme that asks nobody who they are."""
    return Scheme(
        name="control",
        summary="No authentication: what every cost is measured against.",
        mechanism=None,
        transport="none",
        strength="immediate",
    )


def control_delay_100us(settings: Settings) -> Scheme:  # noqa: ARG001
    """Build `control` with a known delay, which a measurement must find again."""
    return Scheme(
        name="control-delay-100us",
        summary="No authentication and a delay of 100 microseconds: a known truth to recover.",
        mechanism=None,
        transport="none",
        strength="immediate",
        delay_us=100.0,
    )
