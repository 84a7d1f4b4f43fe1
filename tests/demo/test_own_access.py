"""Each mount of a site may have access tokens that live as long as it likes."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from demo.__main__ import main
from demo.testing import Visitor, over_sockets

from .conftest import Start

TOKENS = "token-bearer-hs256-expiry"


def test_one_mount_has_a_lifetime_of_its_own(start: Start) -> None:
    """The others keep the one for all."""
    served = start(
        *("--scheme", f"long={TOKENS}", "--scheme", f"short={TOKENS}"),
        *("--access-s", "200", "--access-of", "short=20"),
    )
    left_s = {}
    for alias in ("long", "short"):
        alice = Visitor(over_sockets(f"{served.base}/s/{alias}"))
        grant = alice.log_in().json
        began_at = alice.get("/devices").json["devices"][0]["created_at"]
        left_s[alias] = grant["expires_at"] - began_at
    assert left_s == pytest.approx({"long": 200, "short": 20}, abs=1)


@pytest.mark.parametrize("said", ["other=3", "a=never", "a"])
def test_what_names_no_mount_or_no_time_is_refused(said: str) -> None:
    ended = CliRunner().invoke(main, ["--scheme", f"a={TOKENS}", "--access-of", said])
    assert ended.exit_code == 2
    assert ended.stderr.count("Traceback") == 0
