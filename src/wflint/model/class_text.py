"""The body of a class, as it is written."""

from __future__ import annotations

import ast

from wflint.project.module import Module


def class_body(module: Module, qualname: str) -> list[ast.stmt] | None:
    """Return the body of the only class of a name, without its methods and inner classes.

    ``None`` if it cannot be read.
    """
    found = class_node(module, qualname)
    return found.body if found is not None else None


def class_node(module: Module, qualname: str) -> ast.ClassDef | None:
    """Return the only class of a name, as :func:`class_body` does."""
    return module.classes.get(qualname)
