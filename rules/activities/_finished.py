"""Tells whether what a call waits for has come to its end before."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import pairwise

_WAITED_FOR = frozenset({"communicate", "exception", "join", "result", "wait"})
_LOOKED_AT = 20
"""How many statements before the call are looked at, in each block."""


def waits_for_finished(around: Sequence[ast.AST]) -> bool:
    """True for `future.result()` after `await asyncio.wrap_future(future)`, or a loop until then.

    ``around`` are the nodes around the call, and itself.
    """
    match around:
        case [*_, ast.Call(func=ast.Attribute(value=of, attr=method))] if method in _WAITED_FOR:
            name = _dump(of)
        case _:
            return False
    for outer, inner in pairwise(around):
        if isinstance(outer, ast.If) and inner in outer.body and _says_finished(outer.test, name):
            return True
    for statement in _before(around):
        if _ends(statement, name):
            return True
        if _sets(statement, name):
            return False
    return False


def _before(around: Sequence[ast.AST]) -> Iterator[ast.stmt]:
    """Yield statements that have run before the call, the nearest first."""
    for outer, inner in reversed(list(pairwise(around))):
        for part in ("body", "orelse", "finalbody"):
            block = getattr(outer, part, None)
            if isinstance(block, list) and inner in block:
                number = block.index(inner)
                yield from reversed(block[max(0, number - _LOOKED_AT) : number])


def _ends(statement: ast.stmt, name: str) -> bool:
    """True if a statement only goes on when the object of a name has come to its end."""
    match statement:
        case ast.While(test=test):
            leaves = any(isinstance(node, ast.Break) for node in ast.walk(statement))
            return not leaves and _says_running(test, name)
        case ast.If(test=test, body=[*_, ast.Return() | ast.Raise() | ast.Continue()]):
            return _says_running(test, name)
        case ast.Expr(value=ast.Await(value=call)) | ast.Assign(value=ast.Await(value=call)):
            return _wraps(call, name)
    return False


def _wraps(call: ast.expr, name: str) -> bool:
    """`asyncio.wrap_future(future)`, maybe shielded or with a limit."""
    while isinstance(call, ast.Call) and call.args:
        func, first = call.func, call.args[0]
        method = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
        if method == "wrap_future":
            return _dump(first) == name
        if method == "to_thread":
            return _is_method(first, name)
        if method not in ("shield", "wait_for"):
            return False
        call = first
    return False


def _is_method(node: ast.expr, name: str) -> bool:
    """`thread.join`."""
    match node:
        case ast.Attribute(value=of, attr=method):
            return method in _WAITED_FOR and _dump(of) == name
    return False


def _says_running(test: ast.expr, name: str) -> bool:
    """`not future.done()`, `thread.is_alive()`, `process.poll() is None`."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=call):
            return _calls(call, "done", name)
        case ast.Compare(left=call, ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
            return _calls(call, "poll", name)
    return _calls(test, "is_alive", name)


def _says_finished(test: ast.expr, name: str) -> bool:
    """`future.done()`, `not thread.is_alive()`, `process.poll() is not None`."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=call):
            return _calls(call, "is_alive", name)
        case ast.Compare(left=call, ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]):
            return _calls(call, "poll", name)
    return _calls(test, "done", name)


def _calls(node: ast.expr, method: str, name: str) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=of, attr=found), args=[]):
            return found == method and _dump(of) == name
    return False


def _sets(statement: ast.stmt, name: str) -> bool:
    """True if a statement gives a name or attribute another value."""
    return any(
        isinstance(node, (ast.Name, ast.Attribute))
        and isinstance(node.ctx, ast.Store)
        and _dump(node) == name
        for node in ast.walk(statement)
    )


def _dump(node: ast.expr) -> str:
    """Return a name or attribute in one form, read or written."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ast.dump(node)
