"""Which page is for whom: the index of the site."""

from __future__ import annotations

READERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Decide": (
        "See what was measured, and what it means for your system.",
        ("docs/example-report/index.html", "docs/league.md", "docs/schemes.md", "docs/outages.md",
         "docs/payload.md", "docs/attack-matrix.md", "docs/promises.md", "docs/glossary.md"),
    ),
    "Use it": (
        "Put sessions or tokens into an app of your own.",
        ("docs/sessions-alone.md", "docs/tokens-alone.md", "docs/revocation.md",
         "docs/transports.md", "docs/monitoring.md", "docs/audit-events.md", "docs/asvs.md",
         "docs/moving-from-flask-session.md", "docs/moving-from-flask-jwt-extended.md",
         "api/sessions.html", "api/tokens.html", "SECURITY.md"),
    ),
    "Measure": (
        "Run the bench on your machine, or measure the service that you have.",
        ("docs/how-we-measure.md", "docs/metrics.md", "docs/records.md", "docs/mistakes.md",
         "docs/probe.md", "docs/locust.md", "docs/more-machines.md", "docs/rivals.md"),
    ),
    "Teach": (
        "Run a workshop, or show a class what happens on the wire.",
        ("docs/workshop.md", "docs/teaching-pages.md"),
    ),
    "Contribute": (
        "Read the code in order, add a scheme, and follow the decisions.",
        ("README.md", "docs/reading-order.md", "docs/write-a-scheme.md", "CONTRIBUTING.md",
         "CHANGELOG.md", "docs/decisions/"),
    ),
}  # fmt: skip
"""For each kind of reader: a sentence, and the pages. A page of Markdown may stand in one only."""
OTHER_TITLES = {
    "docs/example-report/index.html": "The report of one run",
    "api/sessions.html": "API reference: sessions",
    "api/tokens.html": "API reference: tokens",
    "docs/decisions/": "Decisions",
    "README.md": "README",
}
"""Titles of what has no heading to take one from."""
FOLDERS = {"sessions": "api/sessions.html", "tokens": "api/tokens.html"}
"""Folders that have a better page than a list of their files."""
