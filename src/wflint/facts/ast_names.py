"""Names in trees of ``ast``, for which LibCST need not be loaded."""

from __future__ import annotations

import ast

from wflint.facts.model import Kind, Ref


def dotted(node: ast.expr | None) -> Ref | None:
    """Return the reference of a name or of attributes of one."""
    path: list[str] = []
    while isinstance(node, ast.Attribute):
        path.append(node.attr)
        node = node.value
    return Ref(Kind.GLOBAL, node.id, tuple(reversed(path))) if isinstance(node, ast.Name) else None
