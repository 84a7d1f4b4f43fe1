"""Schemes under attack, built once; naive and defended shops, opened for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.services import Services
from workshop.attacks.matrix import Cell, cell, read_cells, settings, without_numbers
from workshop.attacks.schemes import SchemeUnderAttack, scheme_names

MATRIX = Path(__file__).parents[2] / "docs" / "attack-matrix.json"
SCHEMES = scheme_names()


class UnderAttack:
    """Each scheme, built when the first attack comes."""

    def __init__(self, urls: str, folder: Path) -> None:
        self._urls = urls
        self._folder = folder
        self._built: dict[str, SchemeUnderAttack] = {}
        self.written = read_cells(MATRIX)

    def scheme(self, name: str) -> SchemeUnderAttack:
        if name not in self._built:
            self._built[name] = SchemeUnderAttack(name, settings(self._urls, self._folder))
        return self._built[name]

    def close(self) -> None:
        for scheme in self._built.values():
            scheme.close()


@pytest.fixture(scope="session")
def under_attack(
    services: Services, postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[UnderAttack]:
    urls = " ".join([*services.store_urls, postgres_url])
    everything = UnderAttack(urls, tmp_path_factory.mktemp("attacks"))
    yield everything
    everything.close()


@pytest.fixture
def assert_as_written(under_attack: UnderAttack) -> Callable[[str, str], Cell]:
    """Run an attack on a scheme, and hold what comes of it against docs/attack-matrix.json."""

    def check(attack: str, scheme: str) -> Cell:
        found = cell(under_attack.scheme(scheme), attack)
        written = under_attack.written[attack, scheme]
        assert found.result == written.result
        assert without_numbers(found.text) == without_numbers(written.text)
        return found

    return check
