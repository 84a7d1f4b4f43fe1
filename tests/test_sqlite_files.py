"""An SQLite file as it is in real life: shared, moved, replaced, truncated and locked."""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sessions.stores.sqlite import SQLiteStore as SessionsInFile
from sessions.testing import LATER as SESSION_LATER
from sessions.testing import a_key, a_record
from tokens.stores.sqlite import SQLiteStore as TokensInFile

Store = SessionsInFile | TokensInFile
HALVES: dict[str, type[Store]] = {"sessions": SessionsInFile, "tokens": TokensInFile}


@pytest.fixture(params=HALVES)
def half(request: pytest.FixtureRequest) -> str:
    """Which half."""
    found: str = request.param
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is to be."""
    return tmp_path / "store.db"


@pytest.fixture
def store(half: str, path: Path) -> Iterator[Store]:
    """A store in a file."""
    made = HALVES[half](path)
    yield made
    made.close()


def write(store: Store) -> None:
    """Write something."""
    if isinstance(store, SessionsInFile):
        store.create(a_key(), a_record(), SESSION_LATER)
    else:
        store.deny([os.urandom(8).hex()], SESSION_LATER)


def open_files(path: Path) -> int:
    """Return how many descriptors this process has of the file, its journal and its index."""
    found = 0
    for number in os.listdir("/proc/self/fd"):
        try:
            found += os.readlink(f"/proc/self/fd/{number}").startswith(str(path))
        except OSError:
            continue
    return found


def in_threads(count: int, call: Callable[[], object], at_once: int = 1) -> None:
    """Call *call* in *count* short threads, *at_once* at a time."""
    for _ in range(count // at_once):
        threads = [threading.Thread(target=call) for _ in range(at_once)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def test_threads_that_end_leave_nothing_open(store: Store, path: Path) -> None:
    """2,000 threads, one after the other and in bursts, need no more files than a few."""
    in_threads(1000, store.ping)
    few = open_files(path)
    in_threads(1000, store.ping, at_once=50)
    in_threads(100, lambda: write(store), at_once=20)
    gc.collect()
    # Each of nine connections has the file, its journal and, shared by all, its index.
    assert few <= 3
    assert open_files(path) <= 9 * 2 + 1


GREENLETS = """
from gevent import monkey; monkey.patch_all()
import gevent, os, sys
from tests.test_sqlite_files import HALVES, open_files, write
from pathlib import Path
path = Path(sys.argv[2])
store = HALVES[sys.argv[1]](path)
for _ in range(20):
    gevent.joinall([gevent.spawn(store.ping) for _ in range(100)], raise_error=True)
gevent.joinall([gevent.spawn(write, store) for _ in range(100)], raise_error=True)
assert open_files(path) <= 9 * 2 + 1, open_files(path)
"""


def test_greenlets_that_end_leave_nothing_open(half: str, path: Path) -> None:
    """2,000 of them, by a hundred at once, in a process that gevent has patched."""
    command = [sys.executable, "-c", GREENLETS, half, str(path)]
    root = Path(__file__).parent.parent
    done = subprocess.run(command, cwd=root, timeout=120, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_a_relative_path_is_meant_from_where_the_store_was_made(
    half: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that changes its folder later goes on with the same file."""
    home, other = tmp_path / "home", tmp_path / "other"
    home.mkdir()
    other.mkdir()
    monkeypatch.chdir(home)
    store = HALVES[half]("store.db")
    monkeypatch.chdir(other)
    in_threads(8, store.ping, at_once=8)
    write(store)
    store.close()
    assert list(other.iterdir()) == []


def test_nobody_else_may_read_the_files(half: str, path: Path) -> None:
    """File, journal and index are their owner's alone, whatever the umask."""
    before = os.umask(0)
    try:
        store = HALVES[half](path)
        write(store)
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert len(modes) == 3
    assert set(modes.values()) == {0o600}


def test_the_mode_of_a_file_that_is_there_stays(half: str, path: Path) -> None:
    """Whoever runs the service may have opened it to a group."""
    HALVES[half](path).close()
    path.chmod(0o660)
    HALVES[half](path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


@pytest.mark.parametrize("cut_to", ["nothing", "a page", "half"])
def test_a_file_that_is_cut_short_is_an_outage_at_most(half: str, path: Path, cut_to: str) -> None:
    """The process lives; each call works or raises one of `outages`."""
    pid = os.fork()
    if pid == 0:
        os._exit(_after_a_cut(HALVES[half](path), path, cut_to))
    status = os.waitpid(pid, 0)[1]
    assert os.waitstatus_to_exitcode(status) == 0


def _after_a_cut(store: Store, path: Path, cut_to: str) -> int:
    try:
        for _ in range(200):
            write(store)
        store.ping()
        other = sqlite3.connect(path)
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        other.close()
        whole = path.stat().st_size
        with path.open("r+b") as file:
            file.truncate({"nothing": 0, "a page": 4096, "half": whole // 2 & ~4095}[cut_to])
        for _ in range(50):
            for call in (store.ping, lambda: write(store)):
                try:
                    call()
                except store.outages:
                    continue
        os.remove(path)
        for left in path.parent.iterdir():
            left.unlink()
        time.sleep(0.1)  # longer than a reader believes in its file
        store.ping()
        write(store)
    except BaseException as exc:
        os.write(2, repr(exc).encode())
        return 1
    return 0


def test_a_file_that_is_replaced_is_noticed(half: str, path: Path, tmp_path: Path) -> None:
    """What was restored from a backup is used, and not what is on no path any more."""
    first = HALVES[half](path)
    first.close()
    backup = tmp_path / "backup.db"
    shutil.copy(path, backup)
    store = HALVES[half](path)
    write(store)
    for left in (path, *path.parent.glob("store.db-*")):
        left.unlink()
    shutil.move(backup, path)
    write(store)
    with closing(sqlite3.connect(path)) as other, other:
        table = "sessions" if half == "sessions" else "denials"
        assert other.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,)
    store.close()


@pytest.mark.parametrize(
    ("content", "says"), [(b"no database" * 1000, "not a database"), (b"", None)]
)
def test_a_foreign_file_is_an_outage_and_an_empty_one_is_new(
    half: str, path: Path, content: bytes, says: str | None
) -> None:
    """An app that starts meanwhile is told; it need not know SQLite's classes of exceptions."""
    path.write_bytes(content)
    if says is None:
        HALVES[half](path).close()
        return
    with pytest.raises(HALVES[half].outages, match=says):
        HALVES[half](path)


@pytest.mark.parametrize(
    ("path", "error", "says"),
    [
        (":memory:", ValueError, "MemoryStore"),
        ("", ValueError, "MemoryStore"),
        ("sqlite:///x.db", ValueError, "URL"),
        ("file:x.db?mode=ro", ValueError, "URL"),
        ("no/such/folder/x.db", ValueError, "make it first"),
        (".", ValueError, "name a file in it"),
        (5, TypeError, "not int"),
        (None, TypeError, "not NoneType"),
        (b"x.db", TypeError, "not bytes"),
    ],
)
def test_what_is_no_path_is_refused_with_the_remedy(
    half: str, path: object, error: type[Exception], says: str
) -> None:
    """At construction, and before any file is made."""
    with pytest.raises(error, match=says):
        HALVES[half](path)  # type: ignore[arg-type]


def test_a_lock_elsewhere_stops_no_reader(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One writer waits for the other process, the rest is refused, and reading goes on."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    said: list[str] = []

    def try_to_write() -> None:
        try:
            write(store)
        except store.outages:
            said.append("outage")

    threads = [threading.Thread(target=try_to_write) for _ in range(32)]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    store.ping()
    assert time.monotonic() - began < 1
    for thread in threads:
        thread.join()
    assert said == ["outage"] * 32
    other.execute("ROLLBACK")
    other.close()
    write(store)


def test_once_it_is_locked_for_long_callers_are_refused_at_once(store: Store, path: Path) -> None:
    """One tries again; the others do not queue up behind it."""
    took: list[float] = []

    def try_to_write() -> None:
        began = time.monotonic()
        with pytest.raises(store.outages):
            write(store)
        took.append(time.monotonic() - began)

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        try_to_write()
        took.clear()
        in_threads(8, try_to_write, at_once=8)
        other.execute("ROLLBACK")
    assert sum(each > 1 for each in took) == 1
    write(store)
