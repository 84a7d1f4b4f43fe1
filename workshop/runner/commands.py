"""The commands of `python -m workshop`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from bench.helpful import SETTINGS, Choice, Group

from . import checking
from .catalogue import Lab, find
from .choosing import ask_first, asked, chosen, lab_argument, lead_in
from .doctor import examine
from .folder import BadAnswer, Folder, Frozen
from .loading import BrokenPolicy, load, module_from
from .serving import DEFAULT_PORT, start
from .showing import as_exercism
from .teachers import TEACHING, fail, track_option
from .teaching import chosen as chosen_track
from .verdict import EXIT_CODES
from .watching import Watch

EXAMPLES = {
    "next": "next",
    "walk": "walk --track 90",
    "list": "list --track 90",
    "predict": "predict 3",
    "attack": "attack 3 --on mine",
    "check": "check 3 --watch",
    "measure": "measure 12",
    "hint": "hint 3",
    "solution": "solution 3 --skip",
    "reset": "reset 3",
    "start": "start 3 --with reference",
    "doctor": "doctor",
    "card": "card",
    "attack-matrix": "attack-matrix --out docs",
    "bundle": "bundle my-workshop-bundle",
    "cards": "cards",
    "dev-check": "dev-check",
    "class": "class shared-folder --watch",
    "handout": "handout --teacher",
    "timetable": "timetable --track 90 --begin 13:30",
}


@click.group(cls=Group, examples=EXAMPLES, context_settings=SETTINGS)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("my-workshop"),
    envvar="WORKSHOP_FOLDER",
    show_default=True,
    help="Where your policies, predictions and results are.",
)
@click.pass_context
def main(context: click.Context, folder: Path) -> None:
    """Thirteen labs on how a server knows its caller. `next` says where to go on."""
    context.obj = Folder(folder)


@main.command(name="next")
@click.pass_obj
def next_lab(folder: Folder) -> None:
    """Show the first lab that is not passed."""
    lab = folder.current()
    if lab is None:
        click.echo("All labs are passed. python -m workshop card prints your card.")
        return
    click.echo(lab.file("lab.md").read_text(encoding="utf-8"))
    click.echo(f"Your file: {checking.short(folder.policy(lab))}")


@main.command()
@track_option
@click.pass_obj
def walk(folder: Folder, track: str) -> None:
    """Go through a lab: its text, your predictions, its attack; then check whenever you save."""
    path = [lab for lab, _ in chosen_track(track)]
    lab = folder.current(path)
    if lab is None:
        click.echo("All labs are passed. python -m workshop card prints your card.")
        return
    if not lead_in(folder, lab):
        return
    try:
        sys.exit(Watch(folder, lab, click.echo, path=path).run())
    except KeyboardInterrupt:
        sys.exit(130)


@main.command(name="list")
@track_option
@click.pass_obj
def list_labs(folder: Folder, track: str) -> None:
    """List the labs, their minutes, and how far you are."""
    for lab, minutes in chosen_track(track):
        done = folder.status(lab) or ""
        click.echo(f"{lab.number:2}  {minutes:3} min  {done:12}  {lab.title}")


@main.command()
@lab_argument
@click.option("--answer", "answers", multiple=True, metavar="KEY=ANSWER", help="One prediction.")
@click.pass_obj
def predict(folder: Folder, lab: Lab | None, answers: tuple[str, ...]) -> None:
    """Write down what you expect; it cannot be changed once there is a result."""
    lab = chosen(folder, lab)
    given = dict(text.partition("=")[::2] for text in answers)
    try:
        if not given:
            given = asked(folder, lab)
        if given:
            folder.predict(lab, given)
    except (Frozen, BadAnswer) as exc:
        fail(str(exc))
    if given:
        count = f"{len(given)} prediction{'s' if len(given) > 1 else ''}"
        click.echo(f"Lab {lab.number}: saved {count}.")


@main.command()
@lab_argument
@click.option("--on", "which", type=Choice(["start", "reference", "mine"]), default="start")
@click.pass_obj
def attack(folder: Folder, lab: Lab | None, which: str) -> None:
    """Run the lab's attack, and tell it step by step."""
    try:
        click.echo(checking.attack(folder, chosen(folder, lab), which))
    except BrokenPolicy as exc:
        fail(str(exc))


@main.command()
@lab_argument
@click.option("--watch", is_flag=True, help="Check again whenever the file changes.")
@click.option("--json", "as_json", is_flag=True, help="Exercism's form, version 3.")
@click.pass_obj
def check(folder: Folder, lab: Lab | None, watch: bool, as_json: bool) -> None:
    """Judge your policy: 0 passed, 1 not yet, 2 broken, 3 inconclusive."""
    lab = chosen(folder, lab)
    if not as_json:
        ask_first(folder, lab)
    if watch:
        try:
            sys.exit(Watch(folder, lab, click.echo).run())
        except KeyboardInterrupt:
            sys.exit(130)
    verdict = checking.check(folder, lab)
    if as_json:
        click.echo(json.dumps(as_exercism(verdict), indent=2))
    else:
        click.echo(checking.text(folder, lab, verdict))
    sys.exit(EXIT_CODES[verdict.status])


@main.command()
@lab_argument
@click.option(
    "--run",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Judge this run instead of measuring now.",
)
@click.pass_obj
def measure(folder: Folder, lab: Lab | None, run: Path | None) -> None:
    """Run the real harness for a minute or so, and hold it against your predictions."""
    lab = chosen(folder, lab)
    verdict = checking.measure(folder, lab, click.echo, run)
    kept = folder.of(lab) / "measured.txt"
    click.echo(
        f"workshop: {verdict.message}" if verdict.message else kept.read_text(encoding="utf-8"),
        nl=False,
    )
    click.echo("")
    sys.exit(EXIT_CODES[verdict.status])


@main.command()
@lab_argument
@click.pass_obj
def hint(folder: Folder, lab: Lab | None) -> None:
    """Print one hint; call it again for the next."""
    lab = chosen(folder, lab)
    given = int(folder.progress(lab).get("hints", 0))
    hints = lab.hints()
    number = min(given, len(hints) - 1)
    folder.note(lab, hints=number + 1)
    click.echo(f"Hint {number + 1} of {len(hints)}. {hints[number]}")


@main.command()
@lab_argument
@click.option("--skip", is_flag=True, help="Show it although the lab is not passed.")
@click.pass_obj
def solution(folder: Folder, lab: Lab | None, skip: bool) -> None:
    """Show the reference, after a pass or an explicit skip."""
    lab = chosen(folder, lab)
    if folder.status(lab) != "pass" and not skip:
        fail(f"lab {lab.number} is not passed yet; --skip shows the reference all the same")
    if skip:
        folder.note(lab, skipped=True)
    click.echo(lab.file("reference", "policy.py").read_text(encoding="utf-8"))


@main.command()
@lab_argument
@click.pass_obj
def reset(folder: Folder, lab: Lab | None) -> None:
    """Begin a lab again; your file is kept beside the new one."""
    lab = chosen(folder, lab)
    kept = folder.reset(lab)
    also = f"; what you had is in {checking.short(kept)}" if kept else ""
    click.echo(f"Lab {lab.number} begins again{also}.")


@main.command(name="start")
@lab_argument
@click.option("--with", "which", type=Choice(["start", "reference", "mine"]), default="mine")
@click.option("--port", default=DEFAULT_PORT, envvar="WORKSHOP_PORT", show_default=True)
@click.option("--minutes", default=120.0, show_default=True, help="Stops by itself after that.")
@click.pass_obj
def start_shop(folder: Folder, lab: Lab | None, which: str, port: int, minutes: float) -> None:
    """Open the lab's shop for a browser on this machine."""
    try:
        start(folder, chosen(folder, lab), which, port, minutes, click.echo)
    except BrokenPolicy as exc:
        fail(str(exc))


@main.command()
@click.option("--port", default=DEFAULT_PORT, envvar="WORKSHOP_PORT", show_default=True)
@click.pass_obj
def doctor(folder: Folder, port: int) -> None:
    """Print what is missing, and how to fix it."""
    found = examine(folder.path, port)
    for symptom in found:
        word = "ok     " if symptom.fine else "MISSING" if symptom.essential else "without"
        click.echo(f"  {word}  {symptom.name}" + ("" if symptom.fine else f": {symptom.remedy}"))
    if any(symptom.essential and not symptom.fine for symptom in found):
        sys.exit(1)
    click.echo("The labs can begin.")


@main.command()
@click.pass_obj
def card(folder: Folder) -> None:
    """Print the decision card of lab 12, with your own numbers where you measured."""
    lab = find("12")
    judge = module_from(lab.file("check.py"))
    try:
        click.echo("\n".join(["Decision card", *judge.card(load(folder.policy(lab)))]))
    except BrokenPolicy as exc:
        fail(str(exc))


for _command in TEACHING:
    main.add_command(_command)
