"""Publishing a run as the example: one command, and nothing that is no evidence."""

from __future__ import annotations

import hashlib
import re
import shutil
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.records import FILE, Gate, read_all, read_run
from reports import headline, readme
from reports.__main__ import main
from reports.loading import load
from reports.publish import DIGEST, QUOTED, NotPublishable, publish
from reports.results import Results, evaluate
from reports.selection import MOST, selection

from . import many, synthetic

SMALL = synthetic.Shape(
    blocks=6,
    samples=60,
    trials=3,
    loads=False,
    far_ms=(),
    measures=("lookup", "revocation", "payload"),
)
QUOTES = """# Numbers of the published run.

[session-cookie-redis]
auth_us_cost_p50 = 1.0
window_ms_worst = 7.0
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a README, a lab that quotes, and an example from before."""
    root = tmp_path / "project"
    (root / readme.PLACE).mkdir(parents=True)
    (root / readme.PLACE / "old.txt").write_text("of the run before")
    (root / QUOTED).parent.mkdir(parents=True)
    (root / "pyproject.toml").touch()
    (root / QUOTED).write_text(QUOTES)
    (root / "README.md").write_text(f"# Title\n\n{readme.BEGIN}\nold\n{readme.END}\n\nEnd.\n")
    return root


def test_a_published_run_stands_in_docs_readme_and_lab(root: Path, tmp_path: Path) -> None:
    """Records as they were, a report beside them, and every quotation of it new."""
    run = synthetic.write(tmp_path / "run", shape=SMALL)
    publish(run, root)
    target = root / readme.PLACE
    assert read_run(target) == read_run(run)
    assert [each.cell for each in read_all(target)] == [each.cell for each in read_all(run)]
    names = {"index.html", "report.md", "results.csv", "environment.json", FILE, DIGEST}
    assert names <= {path.name for path in target.iterdir()}
    digest = hashlib.sha256((target / FILE).read_bytes()).hexdigest()
    assert (target / DIGEST).read_text() == f"{digest}  {FILE}\n"
    assert not (target / "old.txt").exists()
    text = (root / "README.md").read_text()
    assert text.startswith("# Title\n")
    assert text.endswith("\n\nEnd.\n")
    results = evaluate(load(run))
    assert readme.part(results) in text
    pictures = re.findall(r'(?:src|srcset)="(\S+\.svg)"', text)
    assert len(pictures) == 2
    assert all((root / picture).is_file() for picture in pictures)
    quoted = tomllib.loads((root / QUOTED).read_text())["session-cookie-redis"]
    assert quoted["window_ms_worst"] == 0
    assert quoted["auth_us_cost_p50"] == pytest.approx(90, abs=5)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"state": "interrupted"}, "is interrupted"),
        (
            {"gates": (Gate(name="tampered_refused", passed=False, value=200, limit=401),)},
            "withholds",
        ),
        ({"measures": ("payload",)}, "measure lookup too"),
    ],
)
def test_what_is_no_evidence_is_refused(
    root: Path, tmp_path: Path, change: dict[str, object], said: str
) -> None:
    """And the example of before stays as it was."""
    run = synthetic.write(tmp_path / "run", shape=synthetic.Shape(**{**vars(SMALL), **change}))
    with pytest.raises(NotPublishable, match=said):
        publish(run, root)
    assert (root / readme.PLACE / "old.txt").exists()
    assert "old" in (root / "README.md").read_text()


def test_the_command_refuses_in_one_line(tmp_path: Path) -> None:
    """With a status that says so."""
    run = synthetic.write(
        tmp_path / "run", shape=synthetic.Shape(**{**vars(SMALL), "state": "failed"})
    )
    done = CliRunner().invoke(main, ["publish", str(run)])
    assert done.exit_code == 2
    assert "let a run end" in done.output


def test_a_readme_without_a_place_for_it_is_refused(root: Path, tmp_path: Path) -> None:
    """And told which lines it lacks."""
    (root / "README.md").write_text("# Title\n")
    run = synthetic.write(tmp_path / "run", shape=SMALL)
    with pytest.raises(NotPublishable, match="figure: begin"):
        publish(run, root)
    assert (root / readme.PLACE / "old.txt").exists()


def test_a_run_that_lacks_what_a_lab_quotes_is_refused(root: Path, tmp_path: Path) -> None:
    """Before anything of the example of before is gone."""
    quoted = root / QUOTED
    quoted.parent.mkdir(parents=True, exist_ok=True)
    quoted.write_text("[session-cookie-nowhere]\nrequest_bytes = 1.0\n")
    run = synthetic.write(tmp_path / "run", shape=SMALL)
    with pytest.raises(NotPublishable, match="session-cookie-nowhere"):
        publish(run, root)
    assert (root / readme.PLACE / "old.txt").exists()
    assert "= 1.0" in quoted.read_text()


def test_of_many_schemes_a_stated_few_are_shown(many_results: Results) -> None:
    """One for each way to keep a caller, the cheapest."""
    costs = many_results.costs(headline.COST)
    chosen = selection(many_results, costs)
    assert len(costs) == many.COUNT > MOST >= len(chosen)
    ways = {name: next(way for way in many.WAYS if way in name) for name in chosen}
    assert len(set(ways.values())) == len(ways)


def test_of_few_schemes_all_are_shown(results: Results) -> None:
    """There is nothing to choose."""
    assert selection(results, results.costs(headline.COST)) == list(results.costs(headline.COST))


def test_publishing_the_example_again_keeps_its_records(root: Path) -> None:
    """As after a change of the report: the source and the target are one folder."""
    shutil.rmtree(root / readme.PLACE)
    synthetic.write(root / readme.PLACE, shape=SMALL)
    publish(root / readme.PLACE, root)
    digest = (root / readme.PLACE / DIGEST).read_text()
    publish(root / readme.PLACE, root)
    assert (root / readme.PLACE / DIGEST).read_text() == digest, "to the byte"
