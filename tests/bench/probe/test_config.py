"""Descriptions of services: the examples are good, and what is wrong is named by its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.probe.config import ConfigError, line_of, load_config
from bench.processes.children import ROOT

EXAMPLES = sorted((ROOT / "docs" / "probe").glob("*.toml"))
GOOD = """\
name = "service"
nodes = ["http://127.0.0.1:8000"]

[login]
path = "/login"
json = { username = "a" }

[credential]
json = "token"

[request]
path = "/me"

[revoke]
path = "/logout"

[watch]
trials = 10
"""


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_descriptions(path: Path) -> None:
    """Each as it stands, in about thirty lines."""
    config = load_config(path)
    assert config.name
    assert len(path.read_text().splitlines()) <= 32


def test_there_are_examples() -> None:
    """Or the test above has nothing to say."""
    assert len(EXAMPLES) == 4


def test_what_is_left_out_is_as_usual(tmp_path: Path) -> None:
    """POST to log in and out, GET to ask, 200 and 401, ten logouts."""
    path = tmp_path / "good.toml"
    path.write_text(GOOD)
    config = load_config(path)
    assert (config.login.method, config.request.method, config.revoke.method) == (
        "POST",
        "GET",
        "POST",
    )
    assert (config.request.status, config.request.refused) == ((200,), (401,))
    assert (config.watch.tail_s, config.relogin) == (0.5, None)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[revoke]", "[revoked]", "line 14, revoked: there is no such key"),
        ('path = "/me"', 'pth = "/me"', "line 12, request.pth: there is no such key"),
        ('path = "/me"', "", "line 11, request.path: this key is missing"),
        ("trials = 10", 'trials = "ten"', "line 18, watch.trials: expected `int`, got `str`"),
        ("trials = 10", "trials = 0", "line 18, watch.trials: from 1 to 1000"),
        ("trials = 10", "interval_ms = 0.1", "line 18, watch.interval_ms: from 1 to 10000"),
        ("trials = 10", "trials = ", "is not TOML: Invalid value (at line 18, column 10)"),
        ('"/me"', '"me"', "line 12, request.path: it begins with /"),
        ('"/logout"', '"/log out"', "line 15, revoke.path: it begins with / and has no spaces"),
        ('json = "token"', 'cookie = "s"\njson = "t"', "line 8, credential: say where it is"),
        ('json = "token"', 'json = "t"\nsend = "X"', "line 10, credential.send: write it as"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", "line 2, nodes: '127.0.0.1:8000' is not a URL"),
        ('["http://127.0.0.1:8000"]', "[]", "line 2, nodes: name at least one"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    """File, line, key, and what would be right; in one line."""
    path = tmp_path / "service.toml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    said = str(caught.value)
    assert message in said
    assert said.startswith(str(path))
    assert "\n" not in said


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With the reason."""
    with pytest.raises(ConfigError, match=r"none\.toml cannot be read: No such file"):
        load_config(tmp_path / "none.toml")


def test_a_line_is_found_in_its_own_table() -> None:
    """The same key stands in several."""
    assert [line_of(GOOD, f"{table}.path") for table in ("login", "request", "revoke")] == [
        5,
        12,
        15,
    ]
