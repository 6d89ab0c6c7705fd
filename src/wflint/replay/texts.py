"""The code of an expression in one form, with gaps for the parts of it that are known otherwise."""

from __future__ import annotations

import ast
from collections.abc import Callable

from wflint.replay.terms import Data, Term
from wflint.syntax.unparsed import unparsed

_GAP = "__wflint_gap__"
_SAME_ELEMENTS = frozenset({"enumerate", "iter", "list", "reversed", "sorted", "tuple"})
_SAME_LENGTH = frozenset({"items", "keys", "values"})

Part = Callable[[ast.expr], "Term | None"]


class _Gaps(ast.NodeTransformer):
    """Copies an expression, with a gap for each node that stands for something else."""

    def __init__(self, part_of: Part, whole: ast.expr) -> None:
        self.parts: list[Term] = []
        self._part_of = part_of
        self._whole = whole

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.expr):
            part = self._part_of(node) if node is not self._whole else None
            if part is not None:
                self.parts.append(part)
                return ast.Name(_GAP, ast.Load())
        fields: dict[str, object] = {}
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                fields[name] = [self.visit(v) if isinstance(v, ast.AST) else v for v in value]
            else:
                fields[name] = self.visit(value) if isinstance(value, ast.AST) else value
        return type(node)(**fields)


def data(node: ast.expr, part_of: Part) -> Data:
    """Return an expression as data; ``part_of`` says what stands for a node of it, if anything."""
    gaps = _Gaps(part_of, node)
    copied = gaps.visit(node)
    pieces = tuple(unparsed(ast.fix_missing_locations(copied)).split(_GAP))
    if len(pieces) != len(gaps.parts) + 1:
        return Data((unparsed(node),), ())
    return Data(pieces, tuple(gaps.parts))


def looped_over(node: ast.expr) -> ast.expr:
    """Return what decides how often a loop runs: ``items`` of ``range(len(items))``."""
    while True:
        match node:
            case ast.Call(
                func=ast.Name(id="range"),
                args=[ast.Call(func=ast.Name(id="len"), args=[inner], keywords=[])],
                keywords=[],
            ):
                node = inner
            case ast.Call(func=ast.Name(id=name), args=[inner], keywords=[]) if (
                name in _SAME_ELEMENTS
            ):
                node = inner
            case ast.Call(func=ast.Attribute(value=inner, attr=name), args=[], keywords=[]) if (
                name in _SAME_LENGTH
            ):
                node = inner
            case _:
                return node


def times(node: ast.expr) -> int:
    """Return how often a loop over an expression runs, where that is written out; else -1."""
    match node:
        case ast.Call(func=ast.Name(id="range"), args=args, keywords=[]) if args:
            numbers = [a.value for a in args if isinstance(a, ast.Constant)]
            if len(numbers) == len(args) and all(type(n) is int for n in numbers):
                try:
                    return min(len(range(*numbers)), 1 << 30)  # type: ignore[arg-type]
                except (OverflowError, TypeError, ValueError):
                    return -1
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            if not any(isinstance(e, ast.Starred) for e in elements):
                return len(elements)
    return -1
