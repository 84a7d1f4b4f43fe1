"""Status lists as bytes: the vectors of the draft, and hostile lists."""

from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokens.revocation.statuslist import StatusList

# draft-ietf-oauth-status-list-21, section 4.1: the statuses of its figures, in order.
ONE_BIT = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]
TWO_BITS = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
# Appendix C, "Test vectors for Status List encoding": lists of 2^20 statuses of each width.
VECTORS = json.loads((Path(__file__).parent / "status_list_vectors.json").read_text())


@pytest.mark.parametrize(
    ("bits", "content", "lst", "statuses"),
    [
        (1, b"\xb9\xa3", "eNrbuRgAAhcBXQ", ONE_BIT),
        (2, b"\xc9\x44\xf9", "eNo76fITAAPfAgc", TWO_BITS),
    ],
)
def test_the_drafts_examples(bits: int, content: bytes, lst: str, statuses: list[int]) -> None:
    """Section 4.1 and 4.2: from statuses to bytes to the compressed text, and back."""
    made = StatusList(bytes(len(content)), bits)
    for index, status in enumerate(statuses):
        made[index] = status
    assert bytes(made.content) == content
    assert made.to_dict() == {"bits": bits, "lst": lst}
    read = StatusList.from_dict({"bits": bits, "lst": lst})
    assert [read[index] for index in range(len(read))] == statuses


@pytest.mark.parametrize("vector", VECTORS, ids=[each["section"] for each in VECTORS])
def test_the_drafts_long_vectors(vector: dict[str, Any]) -> None:
    """Appendix C, from the text to the statuses and from those to the same bytes."""
    bits = vector["bits"]
    read = StatusList.from_dict({"bits": bits, "lst": "".join(vector["lst"])})
    assert len(read) == 2**20
    expected = {index: status for index, status in vector["statuses"] if status}
    assert {index: read[index] for index in range(len(read)) if read[index]} == expected
    made = StatusList(bytes(2**20 * bits // 8), bits)
    for index, status in vector["statuses"]:
        made[index] = status
    assert made.content == read.content


def test_each_width_has_its_vector() -> None:
    """Of 256 possible statuses all are told apart, and nothing is left to properties alone."""
    assert [each["bits"] for each in VECTORS] == [1, 2, 4, 8]
    assert [status for _, status in VECTORS[-1]["statuses"]] == list(range(256))


@given(st.sampled_from([1, 2, 4, 8]), st.lists(st.integers(0, 255), min_size=1, max_size=64))
def test_what_is_set_is_read_and_nothing_else(bits: int, values: list[int]) -> None:
    """For each width, whatever stands next to it."""
    statuses = [value % (1 << bits) for value in values]
    made = StatusList(bytes(64), bits)
    for index, status in enumerate(statuses):
        made[index] = (1 << bits) - 1
        made[index] = status
    read = StatusList.from_dict(made.to_dict())
    assert [read[index] for index in range(len(read))] == statuses + [0] * (
        len(read) - len(statuses)
    )


def packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(content)).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "found",
    [
        None,
        [],
        {},
        {"bits": 1},
        {"lst": "eNrbuRgAAhcBXQ"},
        {"bits": 3, "lst": "eNrbuRgAAhcBXQ"},
        {"bits": True, "lst": "eNrbuRgAAhcBXQ"},
        {"bits": 1.0, "lst": "eNrbuRgAAhcBXQ"},
        {"bits": 1, "lst": 7},
        {"bits": 1, "lst": ""},
        {"bits": 1, "lst": "eNrbuRgAAhcBX"},
        {"bits": 1, "lst": "eNrbuRgAAhcBXA"},
        {"bits": 1, "lst": "!!!!"},
        {"bits": 1, "lst": "\u00e9"},
        {"bits": 1, "lst": packed(b"\0" * (2**24 + 1))},
        {"bits": 1, "lst": base64.urlsafe_b64encode(zlib.compress(b"a") + b"more").decode()},
    ],
)
def test_a_list_from_elsewhere_is_good_or_refused(found: object) -> None:
    """Cut short, damaged, or unfolding without end: one clear error."""
    with pytest.raises(ValueError, match="status"):
        StatusList.from_dict(found)


def test_no_status_lies_outside_of_the_list() -> None:
    """Neither before its beginning nor past its end, nor of more bits than it has."""
    made = StatusList(bytes(2), 2)
    for index in (-1, 8):
        with pytest.raises(IndexError, match="no status"):
            made[index]
        with pytest.raises(IndexError, match="no status"):
            made[index] = 1
    with pytest.raises(ValueError, match="0 to 3"):
        made[0] = 4
