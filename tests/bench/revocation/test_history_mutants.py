"""The checker, changed in one place at a time: histories made by hand notice every change."""

from __future__ import annotations

import ast
import copy
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from bench.revocation import history

Row = tuple[int, int, int, int, int]

REVOKED = (1_000, 1_100)
BOUND_NS = 200
RULES = ("add", "_weigh", "unrefused", "_accept", "_reject", "refuse_nonsense")
"""Where the rules are; the rest of the file reads and prints."""

HISTORIES: dict[str, list[Row]] = {
    "refused at once": [(0, 0, 900, 910, 200), (0, 0, 1_105, 1_110, 401)],
    "a window": [(0, 0, 1_150, 1_160, 200), (0, 0, 1_200, 1_210, 200), (0, 0, 1_290, 1_295, 401)],
    "accepted as it is acknowledged": [(0, 0, 1_100, 1_110, 200)],
    "accepted just after": [(0, 0, 1_101, 1_110, 200)],
    "at the bound": [(0, 0, 1_300, 1_310, 200)],
    "late": [(0, 0, 1_301, 1_310, 200)],
    "in time, and refused late": [(0, 0, 1_301, 1_310, 401)],
    "back again": [(0, 0, 1_110, 1_120, 401), (0, 0, 1_130, 1_140, 200)],
    "back twice": [(0, 0, 1_110, 1_120, 401), (0, 0, 1_130, 1_140, 200), (0, 0, 1_150, 1_160, 200),
                   (0, 0, 1_170, 1_180, 401), (0, 0, 1_190, 1_200, 200)],
    "refused here, accepted there": [(0, 0, 1_110, 1_120, 401), (0, 1, 1_130, 1_140, 200)],
    "refused too early": [(0, 0, 900, 910, 401), (0, 0, 920, 930, 200)],
    "refused just before": [(0, 0, 990, 999, 401), (0, 0, 1_010, 1_020, 200)],
    "refused as it is revoked": [(0, 0, 990, 1_000, 401), (0, 0, 1_010, 1_020, 200)],
    "an error": [(0, 0, 1_110, 1_120, 401), (0, 0, 1_310, 1_320, 503), (0, 0, 1_330, 1_340, 0)],
    "an error instead of a refusal": [(0, 0, 1_310, 1_320, 401), (0, 0, 1_330, 1_340, 500)],
    "an error in time": [(0, 0, 1_290, 1_295, 500), (0, 0, 1_310, 1_320, 401)],
    "an error just in time": [(0, 0, 1_300, 1_305, 500)],
    "as many outages as refusals": [(0, 0, 1_310, 1_320, 503), (0, 0, 1_330, 1_340, 401),
                                    (0, 1, 1_310, 1_320, 401), (0, 1, 1_330, 1_340, 0)],
    "more outages than refusals": [(0, 0, 1_310, 1_320, 401), (0, 0, 1_330, 1_340, 503),
                                   (0, 0, 1_350, 1_360, 503), (0, 1, 1_310, 1_320, 401)],
    "accepted, and an outage": [(0, 0, 1_310, 1_320, 503), (0, 0, 1_330, 1_340, 200)],
    "an answer before its request": [(0, 0, 910, 900, 200)],
    "an answer at once": [(0, 0, 900, 900, 200)],
    "two at a time": [(0, 0, 900, 910, 200), (0, 0, 909, 920, 200)],
    "one right after the other": [(0, 0, 900, 910, 200), (0, 0, 910, 920, 200)],
    "a trial that is none": [(1, 0, 900, 910, 200)],
    "a trial below none": [(-1, 0, 900, 910, 200)],
}  # fmt: skip
REVOKES = [REVOKED, (1_100, 1_100), (1_100, 1_099)]


def verdicts(module: ModuleType) -> list[object]:
    """What a checker says of every history."""
    found: list[object] = []
    for revoked in REVOKES:
        for rows in HISTORIES.values():
            probes = [module.Probe(*row) for row in rows]
            try:
                module.refuse_nonsense(probes, [module.Revoke(*revoked)])
                (one,) = module.check(probes, [module.Revoke(*revoked)], BOUND_NS)
                found.append(repr(one) + repr(one.window_ms) + repr(one.unrefused))
            except (ValueError, IndexError, KeyError) as exc:
                found.append(f"{type(exc).__name__}: {exc}")
    return found


def mutants(tree: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    """The checker with one comparison, sign, condition or statement of a rule changed."""
    places = [
        (function.name, number)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and function.name in RULES
        for number in range(len(list(ast.walk(function))))
    ]
    for name, number in places:
        changed = copy.deepcopy(tree)
        (function,) = (
            each
            for each in ast.walk(changed)
            if isinstance(each, ast.FunctionDef) and each.name == name
        )
        node = list(ast.walk(function))[number]
        before = ast.unparse(function)
        for described in _change(node):
            if ast.unparse(function) != before:
                yield f"{name} line {getattr(node, 'lineno', 0)}: {described}", changed


def _change(node: ast.AST) -> Iterator[str]:
    """Change *node* in place, one way after the other."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        swaps: dict[type[ast.cmpop], list[type[ast.cmpop]]] = {
            ast.Gt: [ast.GtE, ast.Lt],
            ast.Lt: [ast.LtE, ast.Gt],
            ast.Eq: [ast.NotEq],
            ast.In: [ast.NotIn],
            ast.NotIn: [ast.In],
        }
        for swap in swaps.get(type(node.ops[0]), []):
            node.ops = [swap()]
            yield f"compares with {swap.__name__}"
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and for or"
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        yield "plus for minus"
    elif isinstance(node, ast.AugAssign):
        node.op = ast.Sub()
        yield "counts down"
        node.op, node.value = ast.Add(), ast.Constant(0)
        yield "counts nothing"
    elif isinstance(node, ast.If):
        kept = node.test
        for constant in (True, False):
            node.test = ast.Constant(constant)
            yield f"a condition that is always {constant}"
        node.test = kept
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        node.value = ast.Constant(None)
        yield "leaves a step out"


SOURCE = ast.parse(Path(history.__file__).read_text())
MUTANTS = [(what, ast.unparse(ast.fix_missing_locations(tree))) for what, tree in mutants(SOURCE)]


def test_there_are_enough_of_them() -> None:
    """A change for every rule, or nothing is shown."""
    assert len(MUTANTS) > 30
    for rule in RULES:
        assert any(what.startswith(f"{rule} ") for what, _ in MUTANTS)


@pytest.mark.parametrize("mutant", [text for _, text in MUTANTS], ids=[w for w, _ in MUTANTS])
def test_no_change_of_a_rule_goes_unnoticed(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("mutant")
    monkeypatch.setitem(sys.modules, "mutant", module)  # dataclasses look their module up
    exec(compile(mutant, "mutant", "exec"), module.__dict__)
    assert verdicts(module) != verdicts(history)
