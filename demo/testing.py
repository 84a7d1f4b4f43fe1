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
pytest.register_assert_rewrite("demo.contract")

from .contract.logins import LoginPromises  # noqa: E402 - it must come after the line above
from .contract.logouts import LogoutPromises  # noqa: E402
from .contract.promises import NewVisitor  # noqa: E402
from .contract.visitor import Answer, Visitor, over_sockets, over_wsgi  # noqa: E402
from .contract.wire import WirePromises  # noqa: E402

__all__ = ["Answer", "NewVisitor", "SchemeContract", "Visitor", "over_sockets", "over_wsgi"]


class SchemeContract(LoginPromises, LogoutPromises, WirePromises):
    """Every promise of a scheme over HTTP, as tests."""
