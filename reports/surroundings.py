"""The machine, the versions and the settings of a run, in words."""

from __future__ import annotations

from .results import Results


def surroundings(results: Results) -> list[tuple[str, str]]:
    run, environment = results.recording.run, results.recording.environment
    told: list[tuple[str, str]] = [("seed", str(run.seed)), ("blocks", str(run.blocks))]
    if environment is None:
        return [*told, ("machine", "not recorded: the run ended before it was")]
    told += [(_words(name), _value(name, value)) for name, value in environment.machine.items()]
    dirty = " and changes not committed" if environment.dirty else ""
    told.append(("commit", (environment.commit or "not known") + dirty))
    told += [(_words(name), _value(name, value)) for name, value in environment.load.items()]
    told += [(_words(name), str(value)) for name, value in environment.versions.items()]
    settings = {**environment.settings, **run.settings}
    told += [(_words(name), _value(name, value)) for name, value in settings.items()]
    return list(dict(told).items())


def _words(name: str) -> str:
    return name.replace("_", " ")


def _value(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name.endswith("_bytes") and isinstance(value, int | float):
        return f"{value / 2**30:.1f} GiB"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{_words(key)} {_value(key, one)}" for key, one in value.items())
    return "not known" if value in (None, "") else str(value)
