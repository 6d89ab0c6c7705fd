"""The body of a class, as it is written."""

from __future__ import annotations

import ast

from wflint.project.module import Module
from wflint.syntax.inner_nodes import inner_nodes

_DEFINITIONS = (ast.AsyncFunctionDef, ast.ClassDef, ast.FunctionDef)


def class_body(module: Module, qualname: str) -> list[ast.stmt] | None:
    """Return the body of the only class of a name, without its methods and inner classes.

    ``None`` if it cannot be read.
    """
    found = class_node(module, qualname)
    return found.body if found is not None else None


def perhaps_missing(module: Module, qualname: str) -> set[str]:
    """Return the names of methods that a class not always has, or no longer when it is made.

    They stand in a branch of its body, or it deletes them, or gives the name to something else.
    """
    found = module.notes.answer(
        f"perhaps missing {qualname}", list[str], lambda: _look(class_body(module, qualname) or [])
    )
    return set(found)


def _look(body: list[ast.stmt]) -> list[str]:
    found: set[str] = set()
    pending: list[ast.AST] = [*body]
    while pending:
        node = pending.pop()
        if isinstance(node, _DEFINITIONS):
            found.add(node.name)
        elif isinstance(node, (ast.Assign, ast.Delete)):
            found.update(n.id for n in node.targets if isinstance(n, ast.Name))
        elif not isinstance(node, ast.expr):
            pending += inner_nodes(node)
    return sorted(found)


def class_node(module: Module, qualname: str) -> ast.ClassDef | None:
    """Return the only class of a name, as :func:`class_body` does."""
    return module.classes.get(qualname)
