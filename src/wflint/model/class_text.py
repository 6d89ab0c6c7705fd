"""The body of a class, as it is written."""

from __future__ import annotations

import ast

from wflint.files.source import UnreadableSource
from wflint.project.module import Module
from wflint.syntax.guard import NewerSyntax, parse


def class_body(module: Module, qualname: str) -> list[ast.stmt] | None:
    """Return the body of the only class of a name; ``None`` if it cannot be read."""
    try:
        body: list[ast.stmt] = parse(module.source).body
    except (NewerSyntax, UnreadableSource):
        return None
    for name in qualname.split("."):
        inner = [n for n in body if isinstance(n, ast.ClassDef) and n.name == name]
        if len(inner) != 1:
            return None
        body = inner[0].body
    return body
