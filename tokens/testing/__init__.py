"""The contract of a token store, as tests: subclass it, give it a store, and it is tested.

    class TestMyStore(TokenStoreContract):
        @pytest.fixture
        def store(self):
            store = MyStore(...)
            yield store
            store.close()

Needs nothing but a test runner that collects `Test*` classes and passes fixtures by name. The
instants lie in the future, so that a store with a clock of its own clears nothing away meanwhile.
"""

from __future__ import annotations

from .counters import Counters
from .denials import Denials
from .lifecycle import Lifecycle
from .makers import GRACE_SINCE, LATER, NOW, a_key, a_record, at_once
from .races import Races
from .subjects import Subjects

__all__ = [
    "GRACE_SINCE",
    "LATER",
    "NOW",
    "TokenStoreContract",
    "a_key",
    "a_record",
    "at_once",
]


class TokenStoreContract(Lifecycle, Subjects, Races, Denials, Counters):
    """What every token store promises; see `tokens.stores.base.TokenStore`."""
