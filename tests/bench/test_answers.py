from __future__ import annotations

import pytest

from bench.answers import Spans, fault_of, spans_of
from bench.payload.wire import Response

TIMING = (
    'auth;dur=0.123456, store;dur=0.100001;desc="reads=1 writes=2", '
    'crypto;dur=1.500000;desc="checks=3"'
)


WHOLE = (
    'app;dur=2.000001;desc="of=some-scheme came=12345678901234 cpu=1900000 check=100000 waited=7"'
)


def _answer(body: bytes, status: int = 200, *timings: str) -> Response:
    headers = tuple(("server-timing", timing) for timing in timings)
    return Response(status, headers, body, received_bytes=len(body))


def test_spans_are_whole_nanoseconds() -> None:
    inside = (123_456, 100_001, 1_500_000, 1, 2, 3)
    expected = Spans(*inside, 2_000_001, 1_900_000, 100_000, 7, 12345678901234, "some-scheme")
    assert expected == spans_of(_answer(b"{}", 200, TIMING, WHOLE))


@pytest.mark.parametrize(
    "timings",
    [
        (),
        ("",),
        ("auth;dur=1", WHOLE),
        (TIMING.replace("reads=1", "reads=x"), WHOLE),
        (TIMING,),
        (TIMING, WHOLE.replace("cpu=1900000 ", "")),
    ],
)
def test_an_answer_without_whole_spans_has_none(timings: tuple[str, ...]) -> None:
    assert spans_of(_answer(b"{}", 200, *timings)) is None


def test_the_expected_subject_is_no_fault() -> None:
    assert fault_of(_answer(b'{"subject":"alice"}'), "alice") is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"subject":"bob"}', 200),
        (b'{"subject":null}', 200),
        (b"{}", 200),
        (b"[]", 200),
        (b"not json", 200),
        (b'{"subject":"alice"}', 401),
        (b'{"subject":"alice"}', 503),
    ],
)
def test_any_other_answer_is_a_fault(body: bytes, status: int) -> None:
    """A wrong answer can be a fast one; it must not become a sample."""
    assert fault_of(_answer(body, status), "alice")
