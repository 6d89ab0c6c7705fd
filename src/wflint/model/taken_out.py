"""The names of lists that something may be taken out of again, or replaced in."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from wflint.syntax.words import last_word

_TAKING = frozenset(
    {
        *("clear", "difference_update", "discard", "intersection_update"),
        *("pop", "popitem", "remove", "symmetric_difference_update"),
    }
)
_READING = frozenset(
    {*("add", "append", "extend", "insert", "update"), "debug", "error", "info", "print", "warning"}
)
"""The last words of calls that only read what they are given."""


def taken_from(node: ast.AST) -> Iterator[str]:
    """Yield the names of lists that a statement or call may take something out of."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=how)) if how in _TAKING:
            yield name
        case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
            yield name
        case ast.AugAssign(target=ast.Name(id=name), op=ast.Sub() | ast.BitAnd() | ast.BitXor()):
            yield name
        case (
            ast.Expr(value=ast.Call() as call) | ast.Expr(value=ast.Await(value=ast.Call() as call))
        ):
            # a statement of its own is there for what it does to what it is given
            if last_word(call.func) not in _READING:
                yield from (arg.id for arg in call.args if isinstance(arg, ast.Name))
