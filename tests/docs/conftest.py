"""Stores for what another library keeps before the move."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.services import Services


@pytest.fixture(scope="module")
def stores() -> Iterator[Services]:
    with Services() as services:
        yield services
