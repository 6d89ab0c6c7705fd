"""Tells whether the use of a collection in a tree of ``ast`` looks at the order of its elements."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, TypeGuard

from wflint.dataflow.order import known
from wflint.syntax.guard import Function
from wflint.syntax.inner_nodes import all_nodes
from wflint.syntax.words import dotted_name, last_word

_FORGETTING = frozenset(
    name.removeprefix("builtins.")
    for name in known.COUNTING | known.FORGETTING | known.SORTING | known.CHOOSING
    if name.startswith(("builtins.", "heapq."))
)
_KEEPING = frozenset({"list", "tuple"})
_CHANGES = known.ORDERED_CHANGES | known.UNORDERED_CHANGES | {"count", "sort"}


class Given(NamedTuple):
    """A collection that code has: ``way`` are the nodes around it and itself.

    ``is_mapping`` says that it is a dictionary, which may be looked up in.
    """

    way: Sequence[ast.AST]
    is_mapping: bool = False


class Kept(NamedTuple):
    """A collection that is bound to a name, stored in an attribute of ``self``, or returned.

    ``name`` is ``""`` for what is returned, and begins with a dot for an attribute.
    """

    name: str
    statement: ast.stmt
    function: ast.AST
    is_mapping: bool


def use_of(given: Given) -> Kept | bool:
    """Return whether a use may look at the order, or where it goes on if it only passes it on."""
    way, is_mapping = list(given.way), given.is_mapping
    while len(way) > 1:
        inner, outer = way.pop(), way[-1]
        if isinstance(outer, ast.stmt):
            return _use_by_statement(outer, inner, way, is_mapping)
        if isinstance(outer, ast.comprehension):
            way.pop()
            if inner is not outer.iter or outer.is_async or _acts(way[-1]):
                return True
            if isinstance(way[-1], ast.SetComp):
                return False
            is_mapping = isinstance(way[-1], ast.DictComp)
        elif isinstance(outer, ast.Call) and inner is not outer.func:
            if _forgets(outer, inner) or _only_tells(outer):
                return False
            if not isinstance(outer.func, ast.Name) or outer.func.id not in _KEEPING:
                return True
            is_mapping = False
        elif not isinstance(outer, ast.Await):
            return _looks(outer, inner, way, is_mapping)
    return True


def _acts(whole: ast.AST) -> bool:
    """True if a comprehension may do more for each element than make something of it."""
    parts = [getattr(whole, name, None) for name in ("elt", "key", "value")]
    nodes = [node for part in parts if part is not None for node in all_nodes(part)]
    return any(
        isinstance(node, ast.Await)
        or (isinstance(node, ast.Call) and not isinstance(node.func, ast.Attribute))
        for node in nodes
    )


def _forgets(call: ast.Call, inner: ast.AST) -> bool:
    """True for `sorted(names)`, `len(names)`, `others.union(names)`: any order gives the same."""
    keywords = {keyword.arg for keyword in call.keywords}
    if inner not in call.args or keywords - {"default", "reverse"}:
        return False
    if isinstance(call.func, ast.Attribute) and call.func.attr in known.SET_METHODS:
        return True
    return dotted_name(call.func) in _FORGETTING


def _only_tells(call: ast.Call) -> bool:
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
    written = dotted_name(receiver) if receiver is not None else ""
    return known.only_tells(None, last_word(call) if receiver is not None else "", written)


def _looks(outer: ast.AST, inner: ast.AST, way: Sequence[ast.AST], is_mapping: bool) -> bool:
    """True if the expression around a collection may look at its order."""
    if isinstance(outer, ast.Compare) and len(outer.ops) == 1:
        is_asked = isinstance(outer.ops[0], (ast.In, ast.NotIn)) and inner is not outer.left
        equals = isinstance(outer.ops[0], (ast.Eq, ast.NotEq))
        return not is_asked and not (is_mapping and equals)
    if isinstance(outer, ast.UnaryOp):
        return not isinstance(outer.op, ast.Not)
    if isinstance(outer, ast.IfExp):
        return inner is not outer.test
    if isinstance(outer, ast.Subscript):
        return not is_mapping or inner is not outer.value
    if isinstance(outer, ast.Attribute) and isinstance(way[-2], ast.Call):
        found = _CHANGES | known.LOOKUPS if is_mapping else _CHANGES
        return way[-2].func is not outer or outer.attr not in found
    if isinstance(outer, ast.Starred):
        return not isinstance(way[-2], ast.Set)
    return True


def _use_by_statement(
    statement: ast.stmt, inner: ast.AST, way: Sequence[ast.AST], is_mapping: bool
) -> Kept | bool:
    function = next((n for n in reversed(way) if isinstance(n, (Function, ast.Lambda))), None)
    if isinstance(statement, (ast.If, ast.While, ast.Assert)):
        return inner is not statement.test
    if isinstance(statement, ast.Return) and function is not None:
        return Kept("", statement, function, is_mapping)
    target = statement.targets[0] if _is_plain(statement) else getattr(statement, "target", None)
    is_given = isinstance(statement, (ast.Assign, ast.AnnAssign)) and inner is statement.value
    if function is None or target is None or not is_given:
        return True
    name = name_of(target)
    return Kept(name, statement, function, is_mapping) if name else True


def _is_plain(statement: ast.stmt) -> TypeGuard[ast.Assign]:
    return isinstance(statement, ast.Assign) and len(statement.targets) == 1


def name_of(node: ast.AST) -> str:
    """Return `names` for a name and `.names` for `self.names`; ``""`` for all else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return f".{name}"
    return ""


def is_sorted_next(statement: ast.stmt, name: str, block: Sequence[ast.stmt]) -> ast.stmt | None:
    """Return the statement `names.sort()` that follows one in its block.

    For an attribute nothing that others may run stands between.
    """
    after = block[block.index(statement) + 1 :] if statement in block else ()
    for one in after:
        match one:
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=value, attr="sort"), args=[]) as call
            ) if name_of(value) == name and {k.arg for k in call.keywords} <= {"reverse"}:
                return one
        calls = name.startswith(".") and any(
            isinstance(node, (ast.Await, ast.Call)) for node in all_nodes(one)
        )
        if calls or any(name_of(node) == name for node in all_nodes(one)):
            return None
    return None


@lru_cache(maxsize=32)
def names_in(function: ast.AST) -> dict[str, list[ast.AST]]:
    """Return the places where a function uses each name, and each attribute as `.name`."""
    found: dict[str, list[ast.AST]] = {}
    for node in all_nodes(function):
        if isinstance(node, ast.Name):
            found.setdefault(node.id, []).append(node)
        elif isinstance(node, ast.Attribute):
            found.setdefault(f".{node.attr}", []).append(node)
    return found
