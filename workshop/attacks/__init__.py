"""Attacks that run: one file each, against anything that is a `Target`."""

from __future__ import annotations

from types import ModuleType

from . import (
    alg_none,
    csrf,
    fixation_tossed,
    fixation_url,
    guessable_id,
    key_confusion,
    kid_injection,
    kid_traversal,
    oversized_cookie,
    refresh_reuse,
    replay_after_logout,
    stale_role,
    url_leak,
    weak_secret,
    xss_riding,
    xss_theft,
)

ATTACKS: dict[str, ModuleType] = {
    module.NAME: module
    for module in (
        fixation_url,
        fixation_tossed,
        guessable_id,
        url_leak,
        replay_after_logout,
        stale_role,
        refresh_reuse,
        csrf,
        xss_theft,
        xss_riding,
        oversized_cookie,
        alg_none,
        key_confusion,
        kid_traversal,
        kid_injection,
        weak_secret,
    )
}
"""In the order of the matrix. Each module has NAME, TITLE, HOW and `run(target) -> Outcome`."""
