"""The body of a class, as it is written."""

from __future__ import annotations

import ast

from wflint.files.source import UnreadableSource
from wflint.project.module import Module
from wflint.syntax.guard import NewerSyntax, parse


def class_body(module: Module, qualname: str) -> list[ast.stmt] | None:
    """Return the body of the only class of a name; ``None`` if it cannot be read."""
    found = class_node(module, qualname)
    return found.body if found is not None else None


def class_node(module: Module, qualname: str) -> ast.ClassDef | None:
    """Return the only class of a name; ``None`` if it cannot be read."""
    try:
        body: list[ast.stmt] = parse(module.source).body
    except (NewerSyntax, UnreadableSource):
        return None
    found = None
    for name in qualname.split("."):
        inner = [n for n in body if isinstance(n, ast.ClassDef) and n.name == name]
        if len(inner) != 1:
            return None
        found = inner[0]
        body = found.body
    return found
