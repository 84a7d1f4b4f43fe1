"""/time: real managers on a clock that is turned; every limit holds to the second."""

from __future__ import annotations

import re

import pytest

from demo.app import create_app
from demo.auth import Settings
from demo.builtin.teaching import Limits
from demo.schemes import build
from demo.teaching import fakeclock, lanes
from demo.teaching.fakeclock import Played, play
from demo.testing import Visitor, over_wsgi

MINUTE, HOUR = 60, 3600


def at(at_s: int, *uses: int) -> Played:
    return play(at_s, uses, Limits())


def shown(query: str) -> str:
    app = create_app(build("session-cookie-memory", Settings()))
    answer = Visitor(over_wsgi(app)).get(f"/time?{query}", {"Accept": "text/html"})
    assert answer.status == 200
    return answer.body.decode()


def test_a_login_that_is_not_used_ends_after_half_an_hour() -> None:
    """Dead from the very instant that the limit names, under both."""
    before, after = at(30 * MINUTE - 1), at(30 * MINUTE)
    assert (before.session_out, before.token_out) == ("", "")
    assert (after.session_out, after.token_out) == ("inactive", "inactive")


def test_clicking_every_twenty_minutes_ends_at_eight_hours_all_the_same() -> None:
    """Activity moves the inactivity timeout, and never the absolute lifetime."""
    uses = range(20 * MINUTE, 8 * HOUR, 20 * MINUTE)
    before, after = at(8 * HOUR - 1, *uses), at(8 * HOUR, *uses)
    assert (before.session_out, before.token_out) == ("", "")
    assert (after.session_out, after.token_out) == ("expired", "expired")


def test_the_jump_shows_just_that() -> None:
    """Its last click is the one that is refused."""
    jump = lanes.every_twenty(at(0))
    played = at(jump.at_s, *fakeclock.read_uses(jump.uses))
    assert played.moments[-2].session.startswith("accepted")
    assert played.moments[-1].session.startswith("refused: ")
    assert played.moments[-1].token.startswith("refused: ")


def test_an_access_token_ends_sooner_and_is_refreshed_meanwhile() -> None:
    """After five minutes the token is refused, and the family gives another."""
    first, second = at(6 * MINUTE, 4 * MINUTE, 6 * MINUTE).moments
    assert (first.token, second.token) == ("accepted", "refused: expired; refreshed, and accepted")
    assert (first.session, second.session) == ("accepted", "accepted")


def test_an_old_id_is_replaced_when_it_is_used() -> None:
    """After an hour, in mid-session; its lane begins anew."""
    uses = [20 * MINUTE, 40 * MINUTE, 60 * MINUTE]
    played = at(61 * MINUTE, *uses)
    assert played.moments[-1].session == "accepted, and given a new ID"
    assert played.session_made_s == 60 * MINUTE


def test_each_lane_ends_when_the_manager_says_so() -> None:
    """What is drawn is what the code does: just before the shortest limit yes, at it no."""
    for preset in fakeclock.PRESET_NAMES:
        limits = fakeclock.limits_of(preset)
        ends = {lane.name: lane.ends_s for lane in lanes.draw(play(0, [], limits)).lanes}
        end = min(ends["inactivity"], ends["absolute lifetime"])
        assert play(end - 1, [], limits).session_out == "", preset
        assert play(end, [], limits).session_out != "", preset
        family = min(ends["refresh: inactivity"], ends["refresh: absolute"])
        assert play(family - 1, [], limits).token_out == "", preset
        assert play(family, [], limits).token_out != "", preset


def test_the_jumps_lead_just_before_each_limit() -> None:
    """A second more, and it has passed."""
    played = at(0)
    found = {jump.text: jump.at_s for jump in lanes.just_before(played, lanes.draw(played))}
    assert found["session: inactivity"] == 30 * MINUTE - 1
    assert found["token: access token (exp)"] == 5 * MINUTE - 1
    assert found["session: absolute lifetime"] == 8 * HOUR - 1


def test_every_link_is_a_place_the_clock_can_go_to() -> None:
    """Each keeps what was used, so that the page needs no memory of anybody."""
    page = shown("at=1200&uses=600,1200")
    links = re.findall(r'href="/time\?at=(\d+)&amp;uses=([\d,]*)', page)
    assert ("1260", "600,1200") in links
    assert ("3000", "600,1200") in links
    page = shown("at=1800&uses=600")
    assert "600,1800" in page


@pytest.mark.parametrize(
    "query",
    [
        "at=-5", "at=1e9", "at=999999999", "at=%00", "uses=a,b,,9999999", "limits=%3Cscript%3E",
        f"uses={','.join(['60'] * 5000)}", "at=٣",
    ],
)  # fmt: skip
def test_nonsense_is_the_beginning(query: str) -> None:
    """Never an error, never work without bound, and no word of it on the page."""
    page = shown(query)
    assert "<script>" not in page
    assert "0:00:00" in page


def test_the_page_says_what_it_cannot_do() -> None:
    """The browser's own clock goes on."""
    assert "browser's own clock cannot be turned" in shown("")
