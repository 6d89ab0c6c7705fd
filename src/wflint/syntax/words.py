"""Names as they are written, in trees of ``ast``."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from wflint.syntax.inner_nodes import inner_nodes


def last_word(node: ast.AST | None) -> str:
    """Return the last word of a name; of a call that of what it calls; ``""`` for all else."""
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def dotted_name(node: ast.AST) -> str:
    """Return a name or attribute as it is written, ``flows.OrderWorkflow``; ``""`` for all else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def bound_by(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node itself binds, whatever the nodes in it do."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.arg(arg=name):
            yield name
        case ast.ExceptHandler(name=str(name)):
            yield name
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name
        case ast.alias(name=name, asname=other):
            yield other or name.partition(".")[0]


def dotted_names(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Return the names that are read in some code, as they are written."""
    found: set[str] = set()
    pending = list(nodes)
    while pending:
        node = pending.pop()
        name = dotted_name(node) if isinstance(node, (ast.Attribute, ast.Name)) else ""
        if name:
            found.add(name)
        else:
            pending += inner_nodes(node)
    return frozenset(found)
