"""A scheme is a value: what it says of itself is checked, and told apart from every other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bench.context import arms_of
from demo.auth import ASKING, FOLLOWING
from demo.schemes import every_name
from tests.schemes import described

SESSION, TOKEN = "session-cookie-redis", "token-bearer-hs256-denylist-redis"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "cannot be named ''"),
        ({"name": "../escape"}, "use up to 80 letters"),
        ({"name": "n" * 81}, "use up to 80 letters"),
        ({"kind": "magic"}, "kind cannot be 'magic'; it is one of session, token, control"),
        ({"transport": "pigeon"}, "transport cannot be 'pigeon'"),
        ({"strength": "soon"}, "strength cannot be 'soon'"),
        ({"verified_with": "hope"}, "it is one of store, secret, public-key"),
        ({"kind": "control"}, "a control has no mechanism"),
        ({"mechanism": None}, "a control has no mechanism"),
    ],
)
def test_what_a_scheme_cannot_be_is_refused_with_the_remedy(
    changes: dict[str, Any], said: str
) -> None:
    """Before a run has begun, and not when its record is read."""
    with pytest.raises(ValueError, match=said):
        replace(described(SESSION), **changes)


def test_a_scheme_without_a_title_is_called_by_its_name() -> None:
    bare = replace(described(SESSION), name="acme", title="", family="")
    assert (bare.title, bare.family) == ("acme", "acme")


def test_no_two_built_in_schemes_have_the_same_title() -> None:
    """People could not tell them apart."""
    titles = [described(name).title for name in every_name()]
    assert len(set(titles)) == len(titles)


def test_titles_are_what_people_say() -> None:
    """Short, in the field's words, and with what is unusual alone."""
    titles = {
        SESSION: "Session in Redis",
        "session-cookie-redis-cached": "Cached session in Redis",
        "session-bearer-redis": "Session in Redis, as bearer",
        TOKEN: "JWT + denylist in Redis",
        "token-cookie-hs256-expiry": "JWT without revocation, in a cookie",
        "token-bearer-es256-denylist-redis": "JWT ES256 + denylist in Redis",
    }
    assert {name: described(name).title for name in titles} == titles


def test_schemes_of_a_family_differ_in_transport_algorithm_or_store_alone() -> None:
    """Or a first screen that shows one of a family would leave something out."""
    families: dict[str, set[tuple[object, ...]]] = {}
    for name in every_name():
        scheme = described(name)
        if scheme.kind == "control":
            continue
        way = (scheme.kind, scheme.strategy, scheme.cached)
        families.setdefault(scheme.family, set()).add(way)
    assert all(len(ways) == 1 for ways in families.values())
    assert len(families) == len(set().union(*families.values()))


def test_every_part_is_recorded_with_the_arm() -> None:
    """Nothing downstream has to look at the name."""
    (arm,) = arms_of([described(TOKEN)])
    assert (arm.mechanism, arm.algorithm, arm.strategy, arm.store) == (
        "token",
        "HS256",
        "denylist",
        "redis",
    )
    assert (arm.title, arm.family) == ("JWT + denylist in Redis", "JWT + denylist")
    assert (arm.shared, arm.cached, arm.verified_with) == (True, False, "secret")


def test_a_verify_depends_on_a_store_or_on_none() -> None:
    """Of a token without revocation the families are in a store that no verify asks."""
    assert described(TOKEN).asked_store == "redis"
    assert described("token-bearer-hs256-expiry").asked_store == ""
    assert described("token-bearer-hs256-snapshot-redis").follows
    assert not FOLLOWING & ASKING
