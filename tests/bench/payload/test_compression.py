"""Header compression by rules alone, held against the bytes of the encoders that it stands for."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hpack import Encoder, HeaderTuple, NeverIndexedHeaderTuple
from hypothesis import given
from hypothesis import strategies as st

from bench.payload.browser import browsing, find_chromium
from bench.payload.compression import Compressor
from tests.needed import needed

from .certificates import make_certificate
from .http2_server import Http2Server

FIELDS = [(":method", "GET"), (":path", "/me"), ("accept", "application/json")]


NAMES = st.sampled_from([":path", "accept", "authorization", "cookie", "x-one", "x-two"])
VALUES = st.sampled_from(
    ["", "a", "~" * 9, "GET", "/", "b" * 30, "c" * 1500, "d" * 2600, "e" * 4100]
)


@given(st.lists(st.lists(st.tuples(NAMES, VALUES), max_size=6), max_size=12))
def test_python_h2_agrees_with_the_library_it_uses(requests: list[list[tuple[str, str]]]) -> None:
    """Any requests through its encoder, marked as that client marks them: the same bytes."""
    encoder, compressor = Encoder(), Compressor("python-h2")
    for fields in requests:
        assert compressor.block_bytes(fields) == len(encoder.encode(map(marked, fields)))


def marked(field: tuple[str, str]) -> HeaderTuple:
    """A field as h2/utilities.py hands it to its encoder."""
    name, value = field
    short = name == "cookie" and len(value) < 20
    kind = NeverIndexedHeaderTuple if name == "authorization" or short else HeaderTuple
    return kind(name, value)


@pytest.mark.parametrize(
    "field",
    [
        "authorization: Bearer " + "aB3" * 100,
        "cookie: session=" + "aB3_" * 11,
        "cookie: s=abc",
        "cookie: session=" + "Z" * 50 + "; theme=" + "q" * 30,
        "cookie: session=" + "a" * 3026,
        "cookie: session=" + "a" * 3027,
    ],
)
def test_nghttp2_sends_what_we_say(field: str) -> None:
    """Three requests of the real client, whose header blocks a server of ours has weighed."""
    program = needed(shutil.which("h2load"), "h2load", "apt-get install nghttp2-client")
    with Http2Server() as server:
        url = f"http://127.0.0.1:{server.port}/me"
        command = [program, "-n", "3", "-c", "1", "-m", "1", "-H", field, url]
        subprocess.run(command, capture_output=True, check=True, timeout=30)
    compressor = Compressor("nghttp2")
    sizes = [block.size for block in server.blocks]
    assert [compressor.block_bytes(block.fields) for block in server.blocks] == sizes
    assert len(sizes) == 3


PAGE = b"""<!doctype html><link rel="icon" href="data:,"><script>(async () => {
document.cookie = "a=" + "x".repeat(30); document.cookie = "b=short";
const values = ["aB3".repeat(100), "aB3".repeat(100), "q".repeat(3500), "q".repeat(3500),
  "q".repeat(4100), "r".repeat(2000), "r".repeat(2000)];
for (const value of values) await fetch("/me", {headers: {authorization: "Bearer " + value}});
})()</script>"""
ASKED = 8


def test_chromium_sends_what_we_say(tmp_path: Path) -> None:
    """A page and seven fetches, through a table that fits, thrashes and is emptied."""
    program = needed(find_chromium(), "chromium", "apt-get install chromium")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(make_certificate(tmp_path / "certificate.pem"))
    context.set_alpn_protocols(["h2"])
    with Http2Server(PAGE, context) as server:
        url = f"https://127.0.0.1:{server.port}/"
        with browsing(program, url, "--ignore-certificate-errors"):
            wait_until(lambda: len(server.blocks) >= ASKED)
    compressors: dict[int, Compressor] = {}
    for block in server.blocks:
        compressor = compressors.setdefault(block.connection, Compressor("chromium"))
        assert compressor.block_bytes(block.fields) == block.size


def wait_until(holds: Callable[[], bool], timeout_s: float = 30.0) -> None:
    """Poll until it *holds*."""
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, "the browser did not ask in time"
        time.sleep(0.02)
