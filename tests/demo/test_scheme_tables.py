"""Names to schemes: the tables, what docs/schemes.md says of them, and the entry points."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import entry_points
from itertools import product
from pathlib import Path

import pytest

import demo.builtin
from demo.auth import Settings
from demo.builtin import NAMED
from demo.schemes import GROUP, TABLES, UnknownScheme, build, every_name, names

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "schemes.md").read_text()


def section(title: str) -> str:
    """The text under a heading, without its line breaks."""
    return " ".join(DOCUMENT.split(f"## {title}\n")[1].split("\n## ")[0].split())


def told(text: str, what: str) -> list[str]:
    """The names that a sentence `What: `a`, `b`.` lists."""
    return re.findall(r"`([^`]+)`", text.split(f"{what}: ")[1].split(". ")[0])


def test_the_grid_is_what_the_page_says() -> None:
    """Every combination it describes is there, under a name of its own or in the grid."""
    sessions, tokens, others = section("The grid").split("* ")[1:4]
    described = {
        f"session-{transport}-{store}"
        for transport, store in product(told(sessions, "Transports"), told(sessions, "Stores"))
    }
    transports, strategies = told(tokens, "Transports"), told(tokens, "Strategies")
    for transport, algorithm in product(transports, told(tokens, "Algorithms")):
        described |= {f"token-{transport}-{algorithm}-expiry{kept}" for kept in ("", "-cached")}
        described |= {f"token-{transport}-{algorithm}-{strategy}-redis" for strategy in strategies}
    for transport, strategy, store in product(transports, strategies, told(others, "Stores")):
        if (strategy, store) != ("pushed", "sqlite"):
            described.add(f"token-{transport}-hs256-{strategy}-{store}")
    ours = {name for name in NAMED if not name.startswith("control")}
    assert described == {*names("grid"), *ours}


def test_what_is_for_teaching_is_described_as_it_is() -> None:
    """By name, and by what it says of itself."""
    found = re.findall(r"\* `([^`]+)`: (.*?\(for teaching\)\.)", section("For teaching alone"))
    settings = Settings(store_url="redis://127.0.0.1:1/0")
    assert sorted(name for name, _ in found) == names("teaching")
    for name, summary in found:
        scheme = build(name, settings)
        scheme.close()
        assert scheme.summary == summary


def test_each_name_is_in_one_place() -> None:
    """What has a name of its own is in no table, and no table repeats another."""
    listed = [*names(), *names("grid"), *names("teaching"), *names("truths")]
    assert len(listed) == len(set(listed))
    assert sorted(listed) == every_name()


def test_each_entry_point_names_the_scheme_it_is_called_after() -> None:
    """The table's spelling of a name leads back to it."""
    points = [each for each in entry_points(group=GROUP) if each.module == "demo.builtin"]
    assert {point.name for point in points} == set(NAMED)
    for point in points:
        assert point.load().name == point.name
    with pytest.raises(AttributeError):
        _ = demo.builtin.no_such_scheme


def test_pyproject_names_every_scheme_of_ours() -> None:
    """Each of the table's is an entry point, spelt as one."""
    points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    ours = {n: v for n, v in points[GROUP].items() if v.startswith("demo.builtin:")}
    assert ours == {name: f"demo.builtin:{name.replace('-', '_')}" for name in NAMED}
    assert set(points[TABLES]) == {"grid", "teaching", "truths"}


def test_a_name_that_is_none_is_met_with_what_is_near() -> None:
    """Also where that is in a table."""
    with pytest.raises(UnknownScheme, match="token-cookie-es256-snapshot-redis"):
        build("token-cookie-es256-snapshots-redis", Settings())


def test_a_package_that_comes_onto_the_path_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is installed is looked up once; a path that grew is looked through anew."""
    assert "session-cookie-late" not in names()
    metadata = tmp_path / "late-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: late\nVersion: 1.0\n")
    point = "session-cookie-late = demo.builtin:session_cookie_memory"
    (metadata / "entry_points.txt").write_text(f"[{GROUP}]\n{point}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "session-cookie-late" in names()
    assert build("session-cookie-late", Settings()).name == "session-cookie-memory"
