"""What every scheme must do over HTTP: subclass `SchemeContract` and a new one is tested.

    class TestMine(SchemeContract):
        @pytest.fixture
        def scheme(self) -> Scheme:
            return mine(Settings())

The scheme is new for each test, and its credentials must outlive one. `control`, which asks
nobody who they are, keeps none of these promises.
"""

from __future__ import annotations

import pytest

# So that a promise that is broken shows its values, as an assertion in a test file does.
# By module: parts of the package are there already if the app was imported first.
for _concept in ("costs", "logins", "logouts", "races", "whole", "wire"):
    pytest.register_assert_rewrite(f"demo.contract.{_concept}")

from .contract.costs import CostPromises  # noqa: E402 - it must come after the line above
from .contract.logins import LoginPromises  # noqa: E402
from .contract.logouts import LogoutPromises  # noqa: E402
from .contract.promises import NewVisitor  # noqa: E402
from .contract.races import RacePromises  # noqa: E402
from .contract.visitor import Answer, Visitor, over_sockets, over_wsgi  # noqa: E402
from .contract.whole import PAIRS, Pair, WholePromises  # noqa: E402
from .contract.wire import WirePromises  # noqa: E402

__all__ = [
    "PAIRS",
    "Answer",
    "LoginPromises",
    "LogoutPromises",
    "NewVisitor",
    "Pair",
    "SchemeContract",
    "Visitor",
    "WholePromises",
    "WirePromises",
    "over_sockets",
    "over_wsgi",
]


class SchemeContract(
    LoginPromises, LogoutPromises, WirePromises, RacePromises, WholePromises, CostPromises
):
    """Every promise of a scheme over HTTP, as tests."""
