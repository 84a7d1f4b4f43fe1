"""Builds the site into a folder: the paths are those of the repository, so its links stay true."""

from __future__ import annotations

import ast
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from .league import strip
from .markdown import Rendered, render
from .pages import FOLDERS, OTHER_TITLES, READERS

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
EXAMPLE = "docs/example-report"
API = (
    *("sessions", "sessions.stores", "sessions.testing"),
    *("tokens", "tokens.stores", "tokens.revocation", "tokens.testing", "tokens.verifier"),
)
MARK = ".site"
"""Marks a folder that was built, so that only such a folder is ever replaced."""


class CannotBuild(Exception):
    """The site cannot be built: the message names the page and the remedy."""


def build(target: Path, root: Path = ROOT) -> Path:
    """
    Build the site of the sources in *root*, replace *target* by it, and return its first page.

    Raises CannotBuild, or OSError where *target* cannot be written to.
    """
    if target.exists() and not (target / MARK).exists() and any(target.iterdir()):
        raise CannotBuild(f"{target} holds something else; name an empty folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".site-") as name:
        made = Path(name) / "site"
        made.mkdir()
        (made / MARK).touch()
        _Site(root, made).build()
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)
    return target / "index.html"


class _Site:
    def __init__(self, root: Path, made: Path) -> None:
        self.root = root
        self.made = made
        self.sources = sorted(
            path.relative_to(root).as_posix()
            for kind in ("*.md", "docs/**/*.md", "workshop/*.md")
            for path in root.glob(kind)
            if EXAMPLE not in path.as_posix()
        )
        self.linked: set[str] = set()
        """Files and folders of the repository that a page links to."""

    def build(self) -> None:
        """Write every page."""
        titles = dict(OTHER_TITLES)
        for source in self.sources:
            page = self._rendered(source)
            titles.setdefault(source, page.title)
            if source == "docs/league.md":
                page = Rendered(page.title, _with_strip(page.html, self.root))
            self._write(_html(source), page.title, page.html)
        shutil.copytree(
            self.root / EXAMPLE,
            self.made / EXAMPLE,
            ignore=shutil.ignore_patterns("records.sqlite", "*.png"),
        )
        self.linked |= _links_out(self.made / EXAMPLE / "index.html", EXAMPLE, self.root)
        self._copy_linked()
        self._folder("docs/decisions")
        _reference(self.made / "api")
        self._write("index.html", "Sessions or tokens?", _index(titles))

    def _rendered(self, source: str) -> Rendered:
        return render(
            (self.root / source).read_text(encoding="utf-8"),
            lambda link: self._target(source, link),
        )

    def _target(self, source: str, link: str) -> str:
        """Return where *link* of the page *source* leads in the site."""
        parts = urlsplit(link)
        if parts.scheme or parts.netloc or not parts.path:
            return link
        folder = posixpath.dirname(source)
        path = posixpath.normpath(posixpath.join(folder, parts.path))
        there = self.root / path
        if path.startswith("..") or not there.exists():
            raise CannotBuild(f"{source} links to {link}, which is not there; mend the link")
        if path in FOLDERS:
            path = FOLDERS[path]
        elif path == f"{EXAMPLE}/report.md":
            path, parts = f"{EXAMPLE}/index.html", parts._replace(fragment="")
        elif there.is_dir():
            self.linked.add(path)
            path = f"{path}/index.html"
        elif path.endswith(".md"):
            path = _html(path)
        else:
            self.linked.add(path)
        return parts._replace(path=posixpath.relpath(path, folder or ".")).geturl()

    def _copy_linked(self) -> None:
        pictures = {path.relative_to(self.root).as_posix() for path in self.root.glob("docs/*.png")}
        for path in sorted(self.linked | pictures):
            if (self.root / path).is_dir():
                self._folder(path)
            elif not (self.made / path).exists():
                (self.made / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self.root / path, self.made / path)

    def _folder(self, path: str) -> None:
        """Write the list of what a folder of the repository holds."""
        rows = []
        for each in sorted((self.root / path).iterdir()):
            if each.suffix == ".md" and f"{path}/{each.name}" in self.sources:
                title = self._rendered(f"{path}/{each.name}").title
                link = Markup('<a href="{}">{}</a>').format(_html(each.name), title)
                rows.append(Markup("<li>{}</li>").format(link))
            elif first := _docstring(each):
                rows.append(Markup("<li><code>{}</code>: {}</li>").format(each.name, first))
        title = OTHER_TITLES.get(f"{path}/", f"{path}/")
        body = Markup("<h1>{}</h1>\n<ul>{}</ul>").format(title, Markup("\n").join(rows))
        self._write(f"{path}/index.html", title, body)

    def _write(self, path: str, title: str, body: str) -> None:
        up = posixpath.relpath(".", posixpath.dirname(path) or ".")
        text = _page(title, body, up)
        (self.made / path).parent.mkdir(parents=True, exist_ok=True)
        (self.made / path).write_text(text, encoding="utf-8")


def _page(title: str, body: str, up: str) -> str:
    templates = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined
    )
    style = (HERE / "site.css").read_text(encoding="utf-8")
    return templates.get_template("page.html").render(
        title=title,
        body=Markup(body),  # noqa: S704 - our own docs
        style=Markup(style),  # noqa: S704 - our own style sheet
        up=up,
        readers=list(READERS),
    )


def _index(titles: Mapping[str, str]) -> str:
    parts = ["<h1>Sessions or tokens?</h1>"]
    parts.append(
        "<p>Two ways to keep a user logged in, measured side by side on one machine. "
        f'<a href="{EXAMPLE}/index.html">Read the report of one run</a>, or find your page.</p>'
    )
    for reader, (sentence, pages) in READERS.items():
        items = "".join(
            f'<li><a href="{_html(page)}">{escape(titles[page])}</a></li>' for page in pages
        )
        name = reader.lower().replace(" ", "-")
        parts.append(f'<h2 id="{name}">{reader}</h2><p>{sentence}</p><ul>{items}</ul>')
    return "\n".join(parts)


def _html(path: str) -> str:
    if path.endswith("/"):
        return f"{path}index.html"
    return re.sub(r"\.md$", ".html", path)


def _with_strip(html: str, root: Path) -> str:
    """Put the strip of ratios before the first table."""
    first, table, rest = html.partition('<div class="scroll"')
    return f"{first}{strip(root)}{table}{rest}"


def _links_out(page: Path, folder: str, root: Path) -> set[str]:
    """Return the files of the repository, outside its folder, that a written page links to."""
    found = re.findall(r'href="(\.\./[^"#?]+)', page.read_text(encoding="utf-8"))
    paths = {posixpath.normpath(posixpath.join(folder, link)) for link in found}
    return {path for path in paths if (root / path).is_file()}


def _docstring(path: Path) -> str:
    """Return the first line of a module's or package's docstring; nothing where there is none."""
    module = path / "__init__.py" if path.is_dir() else path
    if module.suffix != ".py" or not module.is_file():
        return ""
    text = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    return text.partition("\n\n")[0].replace("\n", " ")


def _reference(target: Path, packages: Iterable[str] = API) -> None:
    """Write the API reference, in a process of its own: reports imports neither half."""
    command = [sys.executable, "-m", "pdoc", "--no-search", "--no-show-source"]
    command += ["--template-directory", str(HERE / "pdoc"), "--output-directory", str(target)]
    done = subprocess.run(  # noqa: S603 - our own command
        [*command, *packages],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it printed nothing"])[-1]
        raise CannotBuild(f"pdoc failed: {last}; run make setup")
