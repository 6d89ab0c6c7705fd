"""The local names of statements: which they bind, and which they read."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from wflint.syntax.words import bound_by

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def bound(statements: Iterable[ast.AST]) -> set[str]:
    """Return the names that statements bind in their function."""
    return set(_bound(statements))


def _bound(statements: Iterable[ast.AST]) -> Iterator[str]:
    pending = [(each, False) for each in statements]
    while pending:
        node, is_inner = pending.pop()
        if isinstance(node, ast.NamedExpr):
            yield node.target.id
        elif not is_inner:
            yield from bound_by(node)
        if isinstance(node, _SCOPES):
            continue
        is_inner = is_inner or isinstance(node, _COMPREHENSIONS)
        pending += [(child, is_inner) for child in ast.iter_child_nodes(node)]


def surely_bound(statements: Iterable[ast.stmt]) -> set[str]:
    """Return the names that have a value after statements, whichever way these have taken."""
    found: set[str] = set()
    for each in statements:
        if isinstance(each, ast.Assign):
            found |= bound(each.targets)
        elif isinstance(each, ast.AugAssign) or (isinstance(each, ast.AnnAssign) and each.value):
            found |= bound([each.target])
    return found


def read(nodes: Iterable[ast.AST], but: Iterable[ast.AST] = ()) -> set[str]:
    """Return the names that are read in nodes, those ``but`` left out."""
    found: set[str] = set()
    for node in _inside(nodes, but):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def _inside(nodes: Iterable[ast.AST], but: Iterable[ast.AST]) -> Iterator[ast.AST]:
    skipped = {id(each) for each in but}
    pending = list(nodes)
    while pending:
        node = pending.pop()
        if id(node) not in skipped:
            yield node
            pending += ast.iter_child_nodes(node)


def mentioned(nodes: Iterable[ast.AST]) -> set[str]:
    """Return all names that nodes give a value anywhere, inner functions included."""
    return {name for outer in nodes for node in ast.walk(outer) for name in bound_by(node)}


def fields(
    nodes: Iterable[ast.AST], receiver: str, but: Iterable[ast.AST] = ()
) -> tuple[set[str], set[str]]:
    """Return the attributes of an object that are set, and those that are read."""
    written: set[str] = set()
    got: set[str] = set()
    for node in _inside(nodes, but):
        if isinstance(node, ast.Attribute) and _is_named(node.value, receiver):
            (written if isinstance(node.ctx, ast.Store) else got).add(node.attr)
    return written, got


def _is_named(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
