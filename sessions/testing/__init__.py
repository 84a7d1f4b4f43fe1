"""The contract of a session store, as tests: subclass it, give it a store, and it is tested.

    class TestMyStore(SessionStoreContract):
        @pytest.fixture
        def store(self):
            store = MyStore(...)
            yield store
            store.close()

Needs nothing but a test runner that collects `Test*` classes and passes fixtures by name. The
instants lie in the future, so that a store with a clock of its own clears nothing away meanwhile.
"""

from __future__ import annotations

from .lifecycle import Lifecycle
from .makers import LATER, LIMIT, NOW, a_key, a_record, at_once
from .races import Races
from .subjects import Subjects

__all__ = [
    "LATER",
    "LIMIT",
    "NOW",
    "SessionStoreContract",
    "a_key",
    "a_record",
    "at_once",
]


class SessionStoreContract(Lifecycle, Subjects, Races):
    """What every session store promises; see `sessions.stores.base.SessionStore`."""
