"""Finds out whether workflow code looks at the result of a command or only keeps or passes it on.

A result that a branch depends on may say what has happened, whatever its type.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from wflint.checking.pieces import Place, path_to
from wflint.syntax.guard import Function
from wflint.syntax.inner_nodes import all_nodes
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


_KEEP = frozenset(
    {
        *("as_completed", "cast", "create_task", "dict", "ensure_future", "frozenset", "gather"),
        *("list", "set", "shield", "tuple", "wait", "wait_for"),
    }
)
"""Functions that give what they are given, or something that holds it."""


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
        if inner in _tests_in(outer) or (isinstance(outer, ast.Call) and _may_look(outer, inner)):
            return True
        if isinstance(outer, ast.stmt):
            return False
    return False


def _may_look(call: ast.Call, given: ast.AST) -> bool:
    """True for `required(await ...)`: a plain function is given a result, and gives another."""
    if given not in call.args or not isinstance(call.func, ast.Name):
        return False
    return call.func.id.islower() and call.func.id not in _PASS_ON | _SHOWS | _KEEP


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


class _Uses:
    """How a function uses names and attributes, which are given as they are written."""

    def __init__(self, function: ast.AST) -> None:
        self.goes_to: dict[str, set[str]] = {}
        """The names that are assigned a value made from the key."""
        self.looked_at: set[str] = set()
        self.returned: set[str] = set()
        for node in all_nodes(function):
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
                for text in _texts_in(node.value):
                    self.goes_to.setdefault(text, set()).update(_bound_by(node))
            elif isinstance(node, ast.Return):
                self.returned |= _texts_in(node.value)
            elif isinstance(node, ast.Call) and last_word(node) not in _PASS_ON | _SHOWS:
                for arg in (*node.args, *node.keywords):
                    self.looked_at |= _texts_in(arg)
            for test in _tests_in(node):
                self.looked_at |= _texts_in(test)


_uses_in = lru_cache(maxsize=32)(_Uses)


def _are_looked_at(names: set[str], function: ast.AST, is_last: bool) -> bool:
    """True if any of some names, or what is made of them, is looked at in a function."""
    uses = _uses_in(function)
    found, pending = set(names), list(names)
    while pending:
        new = uses.goes_to.get(pending.pop(), set()) - found
        found |= new
        pending += new
    if not found.isdisjoint(uses.looked_at):
        return True
    if not is_last and not found.isdisjoint(uses.returned):
        return True
    return any("." in name for name in found)  # an attribute, which others may look at


def _texts_in(node: ast.AST | None) -> set[str]:
    """Return the names, and attributes of names, that are parts of a node."""
    return {text for text in map(_text, ast.walk(node)) if text} if node is not None else set()


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
