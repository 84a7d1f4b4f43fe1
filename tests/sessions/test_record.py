"""What is at rest comes back whole, or is damaged; there is no third."""

from __future__ import annotations

import pickle

import pytest

from sessions.record import Damaged, decode_data, decode_record, decode_values, encode_data

BAD_TEXT, DEEP = b"\xa1\xff", b"\x91" * 5000


@pytest.mark.parametrize("value", [b"", b"\xc1", BAD_TEXT, DEEP, b"\x01\x01"])
def test_a_damaged_value_is_damage_and_no_other_error(value: bytes) -> None:
    """Also where what reads it raises an error of another kind."""
    with pytest.raises(Damaged):
        decode_values({"key": value})


@pytest.mark.parametrize("data", [b"", b"\x81" + BAD_TEXT + b"\xc4\x00", b"\x81\xa1k" + DEEP])
def test_damaged_data_is_damage(data: bytes) -> None:
    """All of it is absent: nobody can tell which part is right."""
    with pytest.raises(Damaged):
        decode_data(data)


def test_a_damaged_head_is_damage() -> None:
    """A subject of no text, or of another version."""
    for head in (
        b"\x97\x01" + BAD_TEXT * 2,
        DEEP,
        b"\x97\x02\xa1h\xc0" + b"\x00" * 2 + b"\xa0" * 2,
    ):
        with pytest.raises(Damaged):
            decode_record(head, 0.0, {})


class Bomb:
    """What whoever can write to the store would like to be run."""

    def __reduce__(self) -> tuple[object, ...]:
        return (pytest.fail, ("it was unpickled",))


def test_a_pickle_is_damage_and_never_run() -> None:
    """As a head, as data and as a value: whoever writes the store runs no code here."""
    bomb = pickle.dumps(Bomb())
    for read in (
        lambda: decode_record(bomb, 0.0, {}),
        lambda: decode_data(bomb),
        lambda: decode_values({"key": bomb}),
    ):
        with pytest.raises(Damaged):
            read()


def test_values_may_be_any_bytes_at_rest() -> None:
    """They are read one by one, and by whoever needs them."""
    data = {"é": b"\x00\xff", "": b""}
    assert decode_data(encode_data(data)) == data
