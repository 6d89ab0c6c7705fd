"""Names as they are written, in trees of ``ast``."""

from __future__ import annotations

import ast


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
