"""Reads of an attribute after which something may still be in it: ``self.items.pop()``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

ADDS = frozenset(
    {"add", "append", "appendleft", "extend", "extendleft", "insert", "put", "put_nowait"}
)
"""Methods of containers that put something in, and leave the rest as it is."""

_TAKES_ONE = frozenset({"get_nowait", "pop", "popitem", "popleft"})
_MEASURES = frozenset({"bool", "len"})
_MORE = (ast.Gt, ast.GtE, ast.NotEq)
_NONE = (ast.Eq, ast.Lt)
_LEAVES = (ast.Break, ast.Continue, ast.Raise, ast.Return)
_CONTINUES = "continue_as_new"


def glances(function: ast.FunctionDef, receiver: str) -> set[ast.AST]:
    """Return the attributes of ``receiver``, as nodes, that are read and may be left full.

    One is taken out or put in, or a test has found that there is something.
    """
    found: set[ast.AST] = set()
    for node in ast.walk(function):
        found.update(n for n in _left_by(node) if _is_own(n, receiver))
    return found


def _left_by(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Call(func=ast.Attribute(value=held, attr=method)) if method in _TAKES_ONE | ADDS:
            yield held
        case ast.Subscript(value=held, ctx=ast.Load()):
            yield held
        case ast.Call(func=ast.Attribute(value=held, attr="get"), args=[], keywords=[]):
            yield held  # of a queue
        case ast.If():
            leaves = isinstance(node.body[-1], _LEAVES)
            if leaves or not _continues(node.orelse):
                yield from _full(node.test, not leaves)
        case ast.While():
            yield from _full(node.test, False)
        case ast.Lambda(body=body):
            yield from _full(body, True)


def _full(test: ast.expr, holds: bool) -> Iterator[ast.AST]:
    """Return what is not empty where a test holds, or where it does not."""
    pending = [(test, holds)]
    while pending:
        node, is_true = pending.pop()
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                pending.append((inner, not is_true))
            case ast.BoolOp(values=values):
                pending += [(value, is_true) for value in values]
            case ast.Attribute() if is_true:
                yield node
            case ast.Call(func=ast.Name(id=name), args=[held]) if name in _MEASURES and is_true:
                yield held
            case ast.Call(func=ast.Attribute(value=held, attr="empty"), args=[]) if not is_true:
                yield held
            case ast.Call(func=ast.Attribute(value=held, attr="qsize"), args=[]) if is_true:
                yield held
            case ast.Compare(left=ast.Call(func=ast.Name(id="len"), args=[held]), ops=[operator]):
                if isinstance(operator, _MORE if is_true else _NONE):
                    yield held


def _continues(statements: list[ast.stmt]) -> bool:
    return any(
        isinstance(node, (ast.Attribute, ast.Name)) and _word(node) == _CONTINUES
        for statement in statements
        for node in ast.walk(statement)
    )


def _word(node: ast.Attribute | ast.Name) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id


def _is_own(node: ast.AST, receiver: str) -> bool:
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
        return False
    return node.value.id == receiver
