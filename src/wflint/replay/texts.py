"""The code of an expression in one form, with gaps for the parts of it that are known otherwise."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from wflint.replay.terms import Data, Term
from wflint.syntax.unparsed import unparsed

_GAP = "__wflint_gap__"
LOOSE = (ast.BoolOp, ast.Compare, ast.IfExp)
"""Code that must stand in brackets where it is a part of other code."""

_OPENS, _CLOSES = ("(", "[", "{", ", ", "="), (")", "]", "}", ",", ":")
_SAME_ELEMENTS = frozenset({"enumerate", "iter", "list", "reversed", "sorted", "tuple"})
_SAME_LENGTH = frozenset({"items", "keys", "values"})

Part = Callable[[ast.expr], "Term | None"]


def _copied(node: ast.AST) -> ast.AST:
    """Copy a node; what stands below it is shared."""
    fields = ast.iter_fields(node)
    return type(node)(**{n: [*v] if isinstance(v, list) else v for n, v in fields})


def _slots(node: ast.AST) -> list[tuple[ast.AST, str, int]]:
    """Return where the nodes below a node stand: the field, and the place in a list; else -1."""
    found: list[tuple[ast.AST, str, int]] = []
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            found += [(node, name, i) for i, v in enumerate(value) if isinstance(v, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append((node, name, -1))
    return found


def _with_gaps(whole: ast.expr, part_of: Part) -> tuple[ast.AST, list[Term]]:
    """Copy an expression, with a gap for each node that stands for something else."""
    parts: list[Term] = []
    top = _copied(whole)
    pending = _slots(top)[::-1]
    while pending:
        owner, name, number = pending.pop()
        value = getattr(owner, name)
        node = value if number < 0 else value[number]
        part = part_of(node) if isinstance(node, ast.expr) else None
        if part is not None:
            parts.append(part)
            copy: ast.AST = ast.Name(_GAP, ast.Load())
        else:
            copy = _copied(node)
            pending += reversed(_slots(copy))
        if number < 0:
            setattr(owner, name, copy)
        else:
            value[number] = copy
    return top, parts


def data(node: ast.expr, part_of: Part) -> Data:
    """Return an expression as data; ``part_of`` says what stands for a node of it, if anything."""
    copied, parts = _with_gaps(node, part_of)
    pieces = tuple(unparsed(copied).split(_GAP))
    if len(pieces) != len(parts) + 1:
        return Data((unparsed(node),), (), isinstance(node, LOOSE))
    return Data(pieces, tuple(parts), isinstance(node, LOOSE))


def joined(pieces: Sequence[str], parts: Sequence[tuple[str, bool]]) -> str:
    """Return code with its gaps filled; each part comes with if it is loose."""
    found = [pieces[0]]
    for number, (part, loose) in enumerate(parts, 1):
        before, after = pieces[number - 1], pieces[number]
        is_apart = before.endswith(_OPENS) and after.startswith(_CLOSES)
        found += (f"({part})" if loose and not is_apart else part, after)
    return "".join(found)


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
