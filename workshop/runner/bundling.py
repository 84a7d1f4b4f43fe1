"""`bundle`: a folder from which a classroom installs the workshop without a network.

Nothing is fetched. A wheel is an archive of the files that an installed package has listed in its
RECORD, so it can be made again from an installed one; entry points are rewritten by the
installer. The wheels are for this system, and for this version of Python.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

PROJECT = "sessions-or-tokens"
INSTALL = """#!/bin/sh
# Installs the workshop into .venv, from the wheels beside this file and from nowhere else.
set -e
cd "$(dirname "$0")"
python="${{PYTHON:-python3}}"
"$python" -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "{version}")' || {{
  echo "install.sh: these wheels are for Python {version}, and $python is not:" \\
    "PYTHON=python{version} sh install.sh" >&2
  exit 2
}}
"$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-index \\
  --find-links wheels -r requirements.txt
echo "Ready. Now: . $PWD/.venv/bin/activate"
echo "and then:   python -m workshop next"
"""
README = """# The workshop, without a network

For {system} with Python {version}; {count} packages, and nothing is fetched from anywhere.

    sh install.sh
    . .venv/bin/activate
    python -m workshop doctor
    python -m workshop next

The second line makes `python` the one that knows the workshop, for this terminal. Your answers go
to a folder `my-workshop`, wherever you are.

You teach? Read `sources/workshop/instructor.md`, and print `python -m workshop handout --teacher`.
"""
SOURCES = ("workshop", "sessions", "tokens", "demo", "bench", "audit", "reports")


class CannotBundle(Exception):
    """The bundle cannot be made; the message says what to do."""


def make(out: Path, extras: Iterable[str], say: Callable[[str], None]) -> None:
    """Write the bundle to *out*, which must not exist or be empty."""
    if out.exists() and any(out.iterdir()):
        raise CannotBundle(f"{out} is not empty: name a folder that is new")
    wheels = out / "wheels"
    try:
        wheels.mkdir(parents=True, exist_ok=True)
        needed = closure(PROJECT, extras)
        for number, package in enumerate(needed, 1):
            say(f"  {number:3} of {len(needed)}  {package.metadata['Name']} {package.version}")
            repack(package, wheels)
        _own_wheel(wheels)
        _rest(out, [f"{each.metadata['Name']}=={each.version}" for each in needed])
    except BaseException:
        shutil.rmtree(out, ignore_errors=True)
        raise
    say(f"bundle: {out}")


def closure(name: str, extras: Iterable[str]) -> list[Distribution]:
    """Every installed package that *name* needs, without itself."""
    from packaging.requirements import Requirement

    found: dict[str, Distribution] = {}
    todo: list[tuple[str, frozenset[str]]] = [(name, frozenset(extras))]
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        current, wanted = todo.pop()
        if (current.lower(), wanted) in seen:
            continue
        seen.add((current.lower(), wanted))
        package = _installed(current)
        found[package.metadata["Name"].lower()] = package
        for text in package.requires or []:
            requirement = Requirement(text)
            if _applies(requirement, wanted):
                todo.append((requirement.name, frozenset(requirement.extras)))
    found.pop(name.lower(), None)
    return [found[key] for key in sorted(found)]


def repack(package: Distribution, wheels: Path) -> Path:
    """The wheel of an installed package."""
    files = [file for file in package.files or [] if ".." not in file.parts]
    kept = [file for file in files if file.suffix != ".pyc" and file.name != "RECORD"]
    if not kept:
        raise CannotBundle(f"{package.metadata['Name']} has no list of its files: install it again")
    info = next(file.parent for file in kept if file.parent.suffix == ".dist-info")
    name = info.name.removesuffix(".dist-info")
    path = wheels / f"{name}-{_tag(package)}.whl"
    record = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in kept:
            source = Path(str(package.locate_file(file)))
            # Written by the installer about this one installation.
            if file.name in ("INSTALLER", "REQUESTED", "direct_url.json") or not source.is_file():
                continue
            archive.write(source, str(file))
            record.append(_line(str(file), source.read_bytes()))
        record.append(f"{info}/RECORD,,")
        archive.writestr(f"{info}/RECORD", "\n".join(record) + "\n")
    return path


def _applies(requirement: object, extras: frozenset[str]) -> bool:
    marker = getattr(requirement, "marker", None)
    if marker is None:
        return True
    return any(marker.evaluate({"extra": extra}) for extra in (extras or {""}))


def _installed(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError as exc:
        raise CannotBundle(
            f"{name} is not installed here, and nothing is fetched: install the project with "
            "everything it needs first (make setup), or leave the harness out: --without-bench"
        ) from exc


def _tag(package: Distribution) -> str:
    """The compatibility tag, shortened as in file names: `cp311-cp311-manylinux…`."""
    lines = (package.read_text("WHEEL") or "").splitlines()
    tags = [line.partition(":")[2].strip().split("-") for line in lines if line.startswith("Tag:")]
    if not tags:
        raise CannotBundle(f"{package.metadata['Name']} does not say what system it is for")
    return "-".join(".".join(dict.fromkeys(part)) for part in zip(*tags, strict=True))


def _line(name: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}"


def _own_wheel(wheels: Path) -> None:
    """This project's own wheel: from the checkout, or from where it is installed."""
    root = Path(__file__).parents[2]
    if not (root / "pyproject.toml").is_file():
        repack(_installed(PROJECT), wheels)
        return
    command = [
        sys.executable,
        "-m",
        "hatchling",
        "build",
        "-t",
        "wheel",
        "-d",
        str(wheels.absolute()),
    ]
    done = subprocess.run(  # noqa: S603
        command, cwd=root, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise CannotBundle(f"the project's own wheel cannot be built: {last} (make setup mends it)")


def _rest(out: Path, pinned: list[str]) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    lines = [PROJECT, *pinned]
    (out / "requirements.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    install = out / "install.sh"
    install.write_text(INSTALL.format(version=version), encoding="utf-8")
    install.chmod(0o755)
    about = README.format(system=sys.platform, version=version, count=len(lines))
    (out / "README.md").write_text(about, encoding="utf-8")
    root = Path(__file__).parents[2]
    sources = out / "sources"
    for name in SOURCES:
        ignored = shutil.ignore_patterns("__pycache__", "generated")
        shutil.copytree(root / name, sources / name, ignore=ignored)
