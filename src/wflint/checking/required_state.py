"""Tells a method that does nothing but give state of its object, and refuse to if that is missing.

``def _order(self): if self._order is None: raise RuntimeError; return self._order`` is an assertion
for type checkers: where only the run method needs the state, that has set it before.
"""

from __future__ import annotations

import ast
from collections.abc import Collection
from functools import lru_cache

from wflint.checking.pieces import Place, path_in_function
from wflint.syntax.guard import Function


def gives_state(raised: Place) -> bool:
    """True if the ``raise`` at a place is the refusal of such a method."""
    path = path_in_function(raised, ast.Raise)
    function = path[0] if path else None
    return isinstance(function, Function) and _only_gives_state(function)


@lru_cache(maxsize=32)
def _only_gives_state(function: Function) -> bool:
    """True if a function has nothing but such refusals before it returns."""
    names: set[str] = set()
    for statement in function.body:
        match statement:
            case ast.Expr(value=ast.Constant()) | ast.Return():
                pass
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_state(value, names):
                names.add(name)
            case ast.If(test=test, body=[ast.Raise()], orelse=[]) if _is_missing(test, names):
                pass
            case _:
                return False
    return isinstance(function.body[-1], ast.Return)


def _is_missing(test: ast.expr, names: Collection[str]) -> bool:
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=what):
            return _is_state(what, names)
        case ast.Compare(left=what, ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
            return _is_state(what, names)
        case ast.BoolOp(op=ast.Or(), values=values):
            return all(_is_missing(value, names) for value in values)
    return False


def _is_state(what: ast.expr, names: Collection[str]) -> bool:
    """True of ``self.a.b``, and of a name for it."""
    at = what
    while isinstance(at, ast.Attribute):
        at = at.value
    if not isinstance(at, ast.Name):
        return False
    return at.id in names or (at.id == "self" and isinstance(what, ast.Attribute))
