"""The probe against real services: ours and a stranger's, described by TOML alone."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bench.probe.command import probe
from bench.processes.children import ROOT, Child, wait_until
from bench.records import read_arrays, read_cells, read_run
from bench.revocation.history import check_arrays

from ..payload.certificates import make_certificate

EXAMPLES = ROOT / "docs" / "probe"
STRANGER = Path(__file__).with_name("stranger.py")
_LISTENING = re.compile(r"listening on (https?://127\.0\.0\.1:\d+)")

Start = Callable[..., str]


@contextlib.contextmanager
def starting(folder: Path) -> Iterator[Start]:
    """A function that starts a program that says where it listens; all are ended with the block."""
    with contextlib.ExitStack() as stack:

        def begin(*command: str) -> str:
            log = folder / f"{len(list(folder.glob('*.log')))}.log"
            child = stack.enter_context(Child("service", [sys.executable, *command], log=log))
            wait_until(lambda: bool(listening(log)), child, 30.0, "service")
            return listening(log)

        yield begin


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a program, and give where it listens."""
    with starting(tmp_path) as begin:
        yield begin


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the stranger's service listens whose logout does nothing."""
    with starting(tmp_path_factory.mktemp("idle")) as begin:
        yield begin(str(STRANGER), "none")


def listening(log: Path) -> str:
    """Where the service of this log listens; empty if it has not said so."""
    found = _LISTENING.search(log.read_text())
    return found.group(1) if found else ""


def described(tmp_path: Path, example: str, *bases: str, **watch: float) -> Path:
    """The example with other nodes, and with other keys under [watch], which stands last."""
    text = (EXAMPLES / f"{example}.toml").read_text()
    text = re.sub(r"^nodes = .*$", f"nodes = {json.dumps(bases)}", text, flags=re.MULTILINE)
    for key, value in watch.items():
        text = re.sub(rf"^{key} = .*$\n", "", text, flags=re.MULTILINE) + f"{key} = {value}\n"
    path = tmp_path / f"{example}.toml"
    path.write_text(text)
    return path


def probed(path: Path, *options: str) -> tuple[Result, dict[str, Any]]:
    """What the command ends with, and what it found."""
    result = CliRunner().invoke(probe, ["--config", str(path), "--json", *options])
    return result, json.loads(result.stdout) if result.stdout else {}


def test_sessions_end_at_once_and_do_not_come_back(start: Start, tmp_path: Path) -> None:
    """Not even when the same account logs in again meanwhile."""
    base = start("-m", "demo", "--scheme", "session-cookie-memory", "--port", "0")
    result, found = probed(described(tmp_path, "demo-session", base, trials=3, after_s=0.3))
    assert result.exit_code == 0
    logout = found["logout"]
    assert (logout["outcome"], logout["trials"], logout["late_accepts"]) == ("holds", 3, 0)
    assert logout["probes_after_bound"] > 0
    assert found["credential"]["credential_bytes"] == 43
    assert found["credential"]["form"] == "opaque"
    assert found["http2"]["chromium"]["request_bytes_h2_steady"] == 1


def test_a_claim_of_expiry_is_watched_to_its_end(start: Start, tmp_path: Path) -> None:
    """The token works on after the logout, and no longer than it lives."""
    scheme = ["--scheme", "token-bearer-hs256-expiry", "--access-s", "2"]
    base = start("-m", "demo", *scheme, "--port", "0")
    result, found = probed(described(tmp_path, "demo-expiry", base, trials=1))
    assert (result.exit_code, found["logout"]["outcome"]) == (0, "holds")
    assert 200 < found["logout"]["windows_ms"][0] < 2000
    assert found["credential"]["form"] == "JWT"
    result, found = probed(described(tmp_path, "demo-expiry", base, trials=1, claimed_bound_s=0.2))
    assert (result.exit_code, found["logout"]["outcome"]) == (1, "nothing")


def test_a_denylist_ends_a_token_at_once(start: Start, tmp_path: Path) -> None:
    """The refresh token for the logout is taken out of the answer to the login."""
    store = f"sqlite:///{tmp_path}/store.sqlite"
    scheme = ["--scheme", "token-bearer-hs256-denylist-sqlite", "--store-url", store]
    base = start("-m", "demo", *scheme, "--port", "0")
    result, found = probed(described(tmp_path, "demo-denylist", base, trials=3, after_s=0.3))
    assert (result.exit_code, found["logout"]["outcome"]) == (0, "holds")
    assert found["credential"]["transport"] == "bearer"


def test_a_strangers_denylist_holds(start: Start, tmp_path: Path) -> None:
    """And what was found is a run that the report and the checker can read."""
    base = start(str(STRANGER), "denylist")
    path = described(tmp_path, "flask-jwt-extended", base, trials=3, after_s=0.3)
    result, found = probed(path, "--out", str(tmp_path / "runs"))
    assert (result.exit_code, found["logout"]["outcome"]) == (0, "holds")
    (folder,) = (tmp_path / "runs").iterdir()
    assert read_run(folder).arms[0].mechanism == "token"
    cells = {cell.measure: cell for cell in read_cells(folder)}
    trials = check_arrays(read_arrays(folder, cells["revocation"]))
    assert [trial.late_accepts for trial in trials] == [0, 0, 0]
    # How well the schedule was kept is the machine's affair: a busy one misses some.
    timing = {"probe_lag_p99", "probes_missed"}
    gates = [gate for gate in cells["revocation"].gates if gate.name not in timing]
    assert len(gates) >= 4
    assert all(gate.passed for gate in gates)


def test_a_logout_that_does_nothing_is_told_so(idle: str, tmp_path: Path) -> None:
    """It answered 200 and said that it had."""
    path = described(tmp_path, "flask-jwt-extended", idle, trials=2, after_s=0.3)
    result = CliRunner().invoke(probe, ["--config", str(path)])
    assert result.exit_code == 1
    assert "my-service: the logout does nothing that can be seen: after each of 2" in result.stdout


def test_a_logout_at_one_node_alone_is_told_so(start: Start, tmp_path: Path) -> None:
    """Two processes, each with a denylist in its own memory: the commonest mistake of all."""
    bases = [start(str(STRANGER), "denylist") for _ in range(2)]
    path = described(tmp_path, "flask-jwt-extended", *bases, trials=2, after_s=0.3)
    result, found = probed(path)
    assert (result.exit_code, found["logout"]["outcome"]) == (1, "one-node")
    assert found["logout"]["open_at_end"] == 2


def test_https_is_checked_and_measured(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate that the system does not trust is an error; one that it does is none."""
    certificate = make_certificate(tmp_path / "certificate.pem")
    base = start(str(STRANGER), "denylist", str(certificate))
    path = described(tmp_path, "flask-jwt-extended", base, trials=2, after_s=0.3)
    refused = CliRunner().invoke(probe, ["--config", str(path)])
    assert refused.exit_code == 2
    assert "CERTIFICATE_VERIFY_FAILED" in refused.stderr
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    result, found = probed(path)
    assert (result.exit_code, found["logout"]["outcome"]) == (0, "holds")


def test_ctrl_c_ends_it_at_once(idle: str, tmp_path: Path) -> None:
    """With the status that a shell expects, one line, and no traceback."""
    path = described(tmp_path, "flask-jwt-extended", idle, after_s=600, interval_ms=100)
    command = [sys.executable, "-m", "bench", "probe", "--config", str(path)]
    running = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    with running.stderr as said:
        assert said.readline().strip() == "logouts"  # it has begun to watch
        running.send_signal(signal.SIGINT)
        words = said.read()
    assert running.wait(10) == 130
    assert "stopped by SIGINT" in words
    assert "Traceback" not in words


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("/profile", "/open", "is answered alike without a credential"),
        ("/profile", "/nowhere", "gave 404 right after the login"),
        ("[401, 422]", "[401]", "with a tampered credential gave 422"),
        ("secret", "wrong", "the login, POST /auth/login, gave 401 and not 201"),
        ("tokens.access", "token", "has no JSON field 'token'"),
    ],
)
def test_what_cannot_be_measured_is_said_first(
    idle: str, tmp_path: Path, old: str, new: str, message: str
) -> None:
    """In one line, before any logout."""
    path = described(tmp_path, "flask-jwt-extended", idle)
    path.write_text(path.read_text().replace(old, new))
    result = CliRunner().invoke(probe, ["--config", str(path)])
    assert result.exit_code == 2
    assert message in result.stderr
    assert (result.stdout, result.stderr.count("\n")) == ("", 1)


def test_nobody_there_is_said(tmp_path: Path) -> None:
    """With a question that leads on."""
    path = described(tmp_path, "demo-session", "http://127.0.0.1:1")
    result = CliRunner().invoke(probe, ["--config", str(path)])
    assert result.exit_code == 2
    assert "127.0.0.1:1: Connection refused: does the service run" in result.stderr
