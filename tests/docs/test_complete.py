"""What the code has, the docs name; what the docs name, the code has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sessions
import tokens
from bench.plans import USUAL_SCHEMES
from demo.accounts.events import Event
from demo.auth import Settings
from demo.schemes import build, names

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]


def rows(page: str) -> list[list[str]]:
    lines = [line for line in (DOCS / page).read_text().splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_built_in_scheme_is_described_as_it_is(tmp_path: Path) -> None:
    """By name, by what it says of itself, and whether it is measured by default."""
    urls = ("redis://127.0.0.1:1/0", f"sqlite://{tmp_path}/x.db", "postgresql://a@127.0.0.1:1/x")
    settings = Settings(store_url=" ".join(urls), keys_file=tmp_path / "keys.json")
    described = {name: (summary, claim) for name, summary, claim in rows("schemes.md")}
    assert {name.strip("`* ") for name in described} == set(names())
    assert {name.split("`")[1] for name in described if "*" in name} == set(USUAL_SCHEMES)
    for name, (summary, claim) in described.items():
        scheme = build(name.split("`")[1], settings)
        scheme.close()
        assert summary == scheme.summary
        if scheme.strength == "within":
            assert claim == f"refused within {scheme.bound_s:g} s"


def test_every_event_of_a_login_is_described() -> None:
    """In the table of logins, and nothing besides."""
    section = (DOCS / "audit-events.md").read_text().split("## Logins\n")[1].split("\n## ")[0]
    assert re.findall(r"^\| `([^`]+)`", section, re.M) == [event.value for event in Event]


@pytest.mark.parametrize("package", [sessions, tokens])
def test_every_event_and_reason_is_described(package: object) -> None:
    """In the table of its half, and nothing besides."""
    title = "Sessions" if package is sessions else "Tokens"
    text = (DOCS / "audit-events.md").read_text()
    section = text.split(f"## {title}\n")[1].split("\n## ")[0]
    described = re.findall(r"^\| `([^`]+)`", section, re.M)
    known = [*(e.value for e in package.Event), *(r.value for r in package.Reason)]  # type: ignore[attr-defined]
    assert described == known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Each relative link names a file that is there."""
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
    for link in links:
        if "://" not in link:
            assert (page.parent / link).exists(), link


def test_make_has_the_targets_that_the_docs_name() -> None:
    """`make X` in a page is a target with a line of help."""
    targets = set(re.findall(r"^([a-z-]+):.*##[+]? ", (ROOT / "Makefile").read_text(), re.M))
    for page in PAGES:
        named = set(re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(), re.M))
        assert named <= targets, page.name


def test_nothing_names_a_machine_or_a_registry() -> None:
    """The project stands by itself."""
    for folder in ("requirements", "docs"):
        for path in (ROOT / folder).rglob("*.*"):
            if path.suffix in (".txt", ".md", ".toml"):
                text = path.read_text()
                assert "--index-url" not in text
                assert not re.search(r"pypi\.org|/root/|/home/", text), path
