"""Who may be asked: this machine, or one that is named twice; and how much."""

from __future__ import annotations

import pytest

from bench.probe.targets import TargetError, check_targets, parse_node

HERE = "http://127.0.0.1:8000"
THERE = "https://shop.example/app/"


def test_a_url_is_taken_apart() -> None:
    """Host header, port and the path before every path."""
    node = parse_node(THERE)
    assert (node.host, node.port, node.authority, node.base) == (
        "shop.example",
        443,
        "shop.example",
        "/app",
    )
    assert node.origin == "https://shop.example"
    assert parse_node("http://[::1]:81").host == "::1"


@pytest.mark.parametrize(
    ("url", "here"),
    [
        (HERE, True),
        ("http://127.9.9.9", True),
        ("http://[::1]:8000", True),
        ("http://localhost:1", True),
        ("http://shop.localhost", True),
        ("http://10.0.0.1", False),
        ("http://127.0.0.1.example", False),
        ("http://localhost.example", False),
        ("http://0x7f000001", False),
    ],
)
def test_what_is_this_machine(url: str, here: bool) -> None:
    """By its address or its reserved name, and not by what a name resolves to today."""
    assert parse_node(url).is_here == here


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1",
        "127.0.0.1:8000",
        "http://",
        "http://user@127.0.0.1",
        "http://127.0.0.1/?a=b",
        "http://127.0.0.1:99999",
        "http://[::1",
    ],
)
def test_what_is_no_node(url: str) -> None:
    """It is refused with the URL in the message."""
    with pytest.raises(TargetError):
        parse_node(url)


def asked(*urls: str, named: tuple[str, ...] = (), every_ms: float = 50, requests: int = 10) -> str:
    """Why these may not be asked; empty if they may."""
    try:
        nodes = [parse_node(url) for url in urls]
        check_targets(nodes, named, interval_ms=every_ms, requests=requests)
    except TargetError as exc:
        return str(exc)
    return ""


def test_another_machine_is_named_twice() -> None:
    """In the file, and on the command line by the same name."""
    assert asked(HERE) == ""
    assert "say so with --i-may-probe shop.example" in asked(HERE, THERE)
    assert "--i-may-probe shop.example" in asked(THERE, named=("example",))
    assert asked(HERE, THERE, named=("shop.example",)) == ""


def test_another_machine_is_asked_with_restraint() -> None:
    """Twenty times a second at most, and so often in all; this one a hundred times more."""
    named = ("shop.example",)
    assert "set interval_ms = 50 or more" in asked(THERE, named=named, every_ms=49)
    assert "the limit is 20,000" in asked(THERE, named=named, requests=20_001)
    assert asked(HERE, every_ms=1, requests=20_001) == ""
    assert "the limit is 1,000,000" in asked(HERE, requests=1_000_001)
