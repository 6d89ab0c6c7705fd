"""Tells whether what a call waits for has come to its end before."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import pairwise

from wflint.rule import dotted_name, last_word

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
        method, first = last_word(call), call.args[0]
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
    return _says(test, name, "is_alive", "done", ast.Is)


def _says_finished(test: ast.expr, name: str) -> bool:
    """`future.done()`, `not thread.is_alive()`, `process.poll() is not None`."""
    return _says(test, name, "done", "is_alive", ast.IsNot)


def _says(test: ast.expr, name: str, asked: str, turned: str, compares: type[ast.cmpop]) -> bool:
    """True if a test asks a method, another one with `not`, or compares `poll()` with None."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=call):
            return _calls(call, turned, name)
        case ast.Compare(left=call, ops=[operator], comparators=[ast.Constant(value=None)]):
            return isinstance(operator, compares) and _calls(call, "poll", name)
    return _calls(test, asked, name)


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
    return dotted_name(node) or ast.dump(node)
