"""Tells if workflow code looks at the result of a command, rather than only keeps or passes it on.

A result that a branch depends on may say what has happened, whatever its type.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from wflint.checking.pieces import Place, path_to
from wflint.syntax.guard import Function
from wflint.syntax.words import last_word

_SHOWS = frozenset({"critical", "debug", "error", "exception", "info", "print", "str", "warning"})
"""Functions that only show what they are given."""

_PASS_ON = frozenset(
    {
        *("execute_activity", "execute_activity_class", "execute_activity_method"),
        *("execute_child_workflow", "execute_local_activity", "execute_local_activity_class"),
        *("execute_local_activity_method", "start_activity", "start_activity_class"),
        *("start_activity_method", "start_child_workflow", "start_local_activity"),
    }
)
"""Commands that only pass on what they are given."""


def is_looked_at(place: Place, is_last: bool) -> bool:
    """True if the result of the call that begins at a place may be looked at.

    ``is_last`` says that nobody in the program gets what the function itself returns. What cannot
    be read may look at anything.
    """
    path = path_to(place, ast.Call)
    around = (node for node in reversed(path) if isinstance(node, (Function, ast.Lambda)))
    function = next(around, None)
    if function is None or isinstance(function, ast.Lambda):
        return True
    if _is_tested(path):
        return True
    statement = next(node for node in reversed(path) if isinstance(node, ast.stmt))
    names = _bound_by(statement)
    if isinstance(statement, ast.Return):
        return not is_last
    return bool(names) and _are_looked_at(names, function, is_last)


def _is_tested(path: list[ast.AST]) -> bool:
    """True if a call is a part of something that is tested, with no statement between."""
    for outer, inner in zip(reversed(path[:-1]), reversed(path), strict=False):
        if inner in _tests_in(outer):
            return True
        if isinstance(outer, ast.stmt):
            return False
    return False


def _tests_in(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of a node on which it depends what happens, or what comes out of it."""
    if isinstance(node, (ast.If, ast.IfExp, ast.While, ast.Assert)):
        yield node.test
    elif isinstance(node, ast.Match):
        yield node.subject
    elif isinstance(node, ast.BoolOp):
        yield from node.values[:-1]
    elif isinstance(node, ast.Compare):
        yield from (node.left, *node.comparators)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.comprehension):
        yield from node.ifs
    elif isinstance(node, (ast.For, ast.AsyncFor)):
        yield node.iter


def _are_looked_at(names: set[str], function: ast.AST, is_last: bool) -> bool:
    """True if any of some names, or what is made of them, is looked at in a function."""
    names = set(names)
    size = 0
    while size < len(names):
        size = len(names)
        for node in ast.walk(function):
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and _has(node, names):
                names |= _bound_by(node)
    for node in ast.walk(function):
        if any(_has(test, names) for test in _tests_in(node)):
            return True
        if isinstance(node, ast.Call) and _may_look(node, names):
            return True
        if isinstance(node, ast.Return) and not is_last and _has(node, names):
            return True
    return any("." in name for name in names)  # an attribute, which others may look at


def _may_look(call: ast.Call, names: set[str]) -> bool:
    """True if a call is given some of the names, and may look at it."""
    if last_word(call) in _PASS_ON | _SHOWS:
        return False
    return any(_has(arg, names) for arg in (*call.args, *call.keywords))


def _has(node: ast.AST, names: set[str]) -> bool:
    """True if a part of a node is one of some names."""
    value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)) else node
    return value is not None and any(_text(part) in names for part in ast.walk(value))


def _bound_by(statement: ast.AST) -> set[str]:
    """Return the names, and attributes of ``self``, to which a statement assigns."""
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
        targets = [statement.target]
    parts = (part for target in targets for part in ast.walk(target))
    return {text for text in map(_text, parts) if text and text != "self"}


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return ""
