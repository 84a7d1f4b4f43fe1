"""User agents in a few words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.agents import summary

MOZILLA = "Mozilla/5.0 "
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            MOZILLA + "(X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0",
            "Firefox on Linux",
        ),
        (
            MOZILLA + f"(Windows NT 10.0; Win64; x64) {WEBKIT}Chrome/156.0.0.0 Safari/537.36",
            "Chrome on Windows",
        ),
        (
            MOZILLA
            + f"(Windows NT 10.0; Win64) {WEBKIT}Chrome/156.0.0.0 Safari/537.36 Edg/156.0.1.2",
            "Edge on Windows",
        ),
        (
            MOZILLA + f"(X11; Linux x86_64) {WEBKIT}HeadlessChrome/156.0.0.0 Safari/537.36",
            "Chrome on Linux",
        ),
        (
            MOZILLA + f"(Linux; Android 15) {WEBKIT}Chrome/156.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            MOZILLA + f"(Linux; Android 15) {WEBKIT}SamsungBrowser/29.0 Chrome/130 Safari/537.36",
            "Samsung Internet on Android",
        ),
        (
            MOZILLA + "(iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
            "like Gecko) Version/19.1 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            MOZILLA + "(iPad; CPU OS 19_1 like Mac OS X) AppleWebKit/605.1.15 FxiOS/153.0 Safari/6",
            "Firefox on iPad",
        ),
        (
            MOZILLA
            + "(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/19.1 Safari/605.1.15",
            "Safari on macOS",
        ),
        (MOZILLA + f"(X11; CrOS x86_64) {WEBKIT}Chrome/156 Safari/537.36", "Chrome on ChromeOS"),
        (MOZILLA + "(compatible)", "A browser"),
        ("curl/8.14.1", "curl"),
        ("python-requests/2.32.3", "python-requests"),
        ("visitor", "visitor"),
        ("", "An unnamed client"),
        ("<script>alert(1)</script>", "An unnamed client"),
        ("x" * 200, "An unnamed client"),
    ],
)
def test_a_user_agent_is_named_as_people_call_it(user_agent: str, words: str) -> None:
    """Each also says that it is all those it descends from; the one meant comes out."""
    assert summary(user_agent) == words


def test_a_version_makes_no_difference() -> None:
    """An update is not another browser."""
    old = summary(MOZILLA + "(X11; Linux x86_64; rv:152.0) Gecko/20100101 Firefox/152.0")
    new = summary(MOZILLA + "(X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0")
    assert old == new


@given(st.text(max_size=300))
def test_whatever_a_client_calls_itself_is_short_and_plain(user_agent: str) -> None:
    """It goes onto a page and into a comparison."""
    words = summary(user_agent)
    assert 0 < len(words) <= 40
    assert "<" not in words
