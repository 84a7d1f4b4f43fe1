"""Timetable and handout, made from the labs themselves so that they cannot drift apart."""

from __future__ import annotations

from datetime import datetime, timedelta

from .catalogue import Lab, labs

SHORT = "90 minutes, seven labs"
TRACKS = {"half-day": "half a day, 3 h 55 with two breaks", "ninety": SHORT, "90": SHORT}


def chosen(track: str) -> list[tuple[Lab, int]]:
    """The labs of a track and their minutes."""
    if TRACKS[track] == SHORT:
        return [(lab, lab.ninety) for lab in labs() if lab.ninety]
    return [(lab, lab.minutes) for lab in labs()]


def total_minutes(track: str) -> int:
    """Everything together, breaks included."""
    breaks = sum(lab.breaks_after for lab in labs()) if track == "half-day" else 0
    return breaks + sum(minutes for _, minutes in chosen(track))


def timetable(track: str, begin: str) -> list[str]:
    """One line a lab; ValueError if *begin* is no time."""
    now = datetime.strptime(begin, "%H:%M")  # noqa: DTZ007 - a time of day
    lines = [f"Two ways to remember you: {TRACKS[track]}", ""]
    for lab, minutes in chosen(track):
        lines.append(f"{now:%H:%M}  {minutes:3} min  Lab {lab.number}: {lab.title}")
        now += timedelta(minutes=minutes)
        if track == "half-day" and lab.breaks_after:
            lines.append(f"{now:%H:%M}  {lab.breaks_after:3} min  Break")
            now += timedelta(minutes=lab.breaks_after)
    return [*lines, f"{now:%H:%M}           End"]


def handout(track: str) -> str:
    """What each learner gets on paper."""
    lines = [
        "# Two ways to remember you",
        "",
        "`python -m workshop next` shows the lab you are at, and which file is yours.",
        "`python -m workshop check --watch` judges it whenever you save.",
        "",
        "| lab | min | then you can | before you look: what do you expect? |",
        "|--:|--:|---|---|",
    ]
    for lab, minutes in chosen(track):
        asked = " ".join(question.text for question in lab.questions)
        lines.append(f"| {lab.number} | {minutes} | {lab.objective} | {asked} |")
    return "\n".join(lines)


def teachers(track: str) -> str:
    """What the teacher reads: the timetable, and the notes of each lab."""
    parts = ["# Timetable", "", "```", *timetable(track, "09:00"), "```"]
    for lab, _ in chosen(track):
        notes = lab.file("instructor.md").read_text(encoding="utf-8")
        parts += ["", notes.replace("# ", "## ", 1).strip(), "", f"**Surprise.** {lab.surprise}"]
    return "\n".join(parts)
