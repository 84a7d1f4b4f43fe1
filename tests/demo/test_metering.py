"""What a request asks of a store is counted, whatever the store can do."""

from __future__ import annotations

import pytest

from demo.metering import READS, UNCOUNTED, WRITES, Meter
from sessions.stores.base import SessionStore
from sessions.stores.memory import MemoryStore
from sessions.testing import LATER, NOW, a_key, a_record
from tokens import Key, KeyRing
from tokens.signing import Signer
from tokens.stores.base import TokenStore


@pytest.mark.parametrize("contract", [SessionStore, TokenStore])
def test_every_operation_of_a_store_is_counted_or_listed(contract: type) -> None:
    """A new verb cannot slip by: it would be missing from a store that is watched."""
    operations = {name for name in vars(contract) if not name.startswith("_")}
    assert operations <= {*READS, *WRITES, *UNCOUNTED}


def test_reads_and_writes_are_counted_and_timed() -> None:
    """Also those that fail; and taking the count starts it again."""
    meter = Meter()
    store = meter.store(MemoryStore())
    key = a_key()
    store.create(key, a_record(), LATER)
    store.read(key, fresh=True)
    store.touch(key, NOW, LATER)
    with pytest.raises(TypeError):
        store.read()  # type: ignore[call-arg]
    taken = meter.take()
    assert (taken.store_reads, taken.store_writes) == (2, 2)
    assert taken.store_ns > 0
    assert meter.take().store_ns == 0


def test_signatures_are_counted_and_timed() -> None:
    """A check is counted, making one is not; both take time."""
    meter = Meter()
    signer = meter.signer(Signer(KeyRing([Key.generate("HS256")])))
    token = signer.sign(b"{}")
    assert meter.take().signature_checks == 0
    signer.verify(token)
    taken = meter.take()
    assert taken.signature_checks == 1
    assert taken.crypto_ns > 0
