"""One step away from a reference: small changes of its syntax tree, for proof.py to try.

Each must fail, or stand in the lab's equivalent.toml with the reason why it is as good.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

OPPOSITES: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}


@dataclass(frozen=True)
class Step:
    """One change, and the program with it."""

    change: str
    """What stood there and what stands there now."""
    source: str


def steps(source: str) -> Iterator[Step]:
    """Yield every program that is one step away from *source*, each change once."""
    tree = ast.parse(source)
    count = sum(1 for _ in ast.walk(tree))
    seen: set[str] = set()
    for place in range(count):
        node = _at(tree, place)
        for number in range(len(list(_variants(node)))):
            mutated = copy.deepcopy(tree)
            old = _at(mutated, place)
            new = list(_variants(old))[number]
            change = f"{ast.unparse(old)} -> {ast.unparse(new)}"
            if change not in seen and _put(mutated, old, new):
                seen.add(change)
                yield Step(change, ast.unparse(ast.fix_missing_locations(mutated)))


def _at(tree: ast.AST, place: int) -> ast.AST:
    for number, node in enumerate(ast.walk(tree)):
        if number == place:
            return node
    raise IndexError(place)


def _variants(node: ast.AST) -> Iterator[ast.AST]:
    yield from _of_conditions(node)
    yield from _of_statements(node)
    yield from _of_values(node)


def _of_conditions(node: ast.AST) -> Iterator[ast.AST]:
    """Another comparison, the other conjunction, one condition fewer, no negation."""
    match node:
        case ast.Compare(ops=[operator]):
            for other in OPPOSITES.get(type(operator), ()):
                yield ast.Compare(node.left, [other()], node.comparators)
        case ast.BoolOp(op=operator, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
            for rest in _one_fewer(values):
                yield rest[0] if len(rest) == 1 else ast.BoolOp(operator, rest)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand


def _of_statements(node: ast.AST) -> Iterator[ast.AST]:
    """A branch always or never taken, a call or an entry left out, nothing returned."""
    match node:
        case ast.If(body=body, orelse=orelse):
            yield ast.If(ast.Constant(value=True), body, orelse)
            yield ast.If(ast.Constant(value=False), body, orelse)
        case ast.Expr(value=ast.Call()) | ast.Assign(targets=[ast.Subscript()]):
            yield ast.Pass()
        case ast.Return(value=ast.expr()):
            yield ast.Return(None)


def _of_values(node: ast.AST) -> Iterator[ast.AST]:
    """Minus for plus, twice and half a number, other words, one element or attribute fewer."""
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield ast.BinOp(left, ast.Sub(), right)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            yield ast.BinOp(left, ast.Add(), right)
        case ast.Tuple(elts=elements, ctx=ast.Load()) if len(elements) > 1:
            yield from (ast.Tuple(rest, ast.Load()) for rest in _one_fewer(elements))
        case ast.Constant(value=bool() as value):
            yield ast.Constant(value=not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value=value * 2)
            yield ast.Constant(value=value / 2 if isinstance(value, float) else value // 2)
        case ast.Constant(value=str() as value):
            # Attributes of a cookie, or directives of a policy: without each of them.
            first, *parts = value.split(";")
            yield from (ast.Constant(value=";".join([first, *rest])) for rest in _one_fewer(parts))
            if not parts:
                yield ast.Constant(value=f"{value}x")


def _one_fewer(items: list[Any]) -> Iterator[list[Any]]:
    return ([*items[:number], *items[number + 1 :]] for number in range(len(items)))


def _put(tree: ast.AST, old: ast.AST, new: ast.AST) -> bool:
    """Put *new* where *old* stands; not in a docstring, nor in what an exception says."""
    said = {id(node) for raised in _speaking(tree) for node in ast.walk(raised)}
    if id(old) in said:
        return False
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
                return True
            if isinstance(value, list) and any(each is old for each in value):
                setattr(parent, name, [new if each is old else each for each in value])
                return True
    return False


def _speaking(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what is for people: texts that stand by themselves, and what is raised."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and node.exc is not None:
            yield node.exc
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node
