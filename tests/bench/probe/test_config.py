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
        ('"/logout"', '"/{cokie:a}"', "line 15, revoke.path: {cokie:a} is no placeholder"),
        (
            '"/logout"',
            '"/x"\nheaders = {A = "{cookie}"}',
            "line 16, revoke.headers: {cookie} is no",
        ),
        ('"/logout"', '"/x"\njson = {a = ["{ credential }"]}', "line 16, revoke.json: { creden"),
        ('"/logout"', '"/x"\nform = {a = "{json:}"}', "line 16, revoke.form: {json:} is no"),
        ('"/me"', '"/{me}"', "line 12, request.path: {me} is no placeholder"),
        ('{ username = "a" }', '{ username = "{cookie:a}" }', "line 6, login.json: {cookie:a} is"),
        (
            'json = "token"',
            'json = "t"\nsend = "X: {credential}{id}"',
            "credential.send: {id} is no",
        ),
        ('"/me"', '"/me"\nheaders = {A = "1", a = "2"}', "request.headers: one header stands"),
        ('"/me"', '"/me"\nheaders = {"A b" = "1"}', "request.headers: 'A b' is no name"),
        ('"/me"', '"/me"\nheaders = {content-length = "1"}', "content-length is the probe's own"),
        ('"/me"', '"/me"\nheaders = {A = "1\\n2"}', "request.headers: a header is one line"),
        ('"/me"', '"/me"\nrefused = [401, 429]', "line 13, request.refused: 429 says nothing"),
        ('"/me"', '"/me"\nmethod = "HEAD"', "line 13, request.method: one word in capitals"),
        ('path = "/login"', 'path = "/login"\nmethod = "GET"', "login.method: a GET has no body"),
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


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_is_utf_8_whatever_its_editor(tmp_path: Path, mark: bytes, ends: str) -> None:
    """With a byte order mark or without, and either kind of line ends."""
    path = tmp_path / "service.toml"
    text = GOOD.replace('username = "a"', 'username = "ä", password = "{x}"').replace("\n", ends)
    path.write_bytes(mark + text.encode())
    assert load_config(path).login.json == {"username": "ä", "password": "{x}"}


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    """And not read as what the locale has."""
    path = tmp_path / "service.toml"
    path.write_bytes(GOOD.replace('"service"', '"ä"').encode("latin-1"))
    with pytest.raises(ConfigError, match="is not TOML: 'utf-8' codec"):
        load_config(path)


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
