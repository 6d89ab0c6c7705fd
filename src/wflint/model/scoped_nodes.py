"""All nodes of a module, with the names that hold where they stand."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from wflint.model.listings import Names, names_of
from wflint.syntax.guard import Function
from wflint.syntax.inner_nodes import inner_nodes


class ScopedNode(NamedTuple):
    """A node; ``names`` are those of the function around it, or ``None`` in the module itself."""

    node: ast.AST
    names: Names | None
    scope: str  # the qualname of the class or function around
    is_class: bool


def scoped_nodes(tree: ast.AST) -> Iterator[ScopedNode]:
    """Yield all nodes in the order of the source, with the names that hold where they stand."""
    pending = [ScopedNode(tree, None, "", False)]
    while pending:
        at = pending.pop()
        yield at
        node, names, scope, is_class = at
        if isinstance(node, Function):
            qualname = f"{scope}.{node.name}" if scope else node.name
            inner = names_of(node, qualname, scope if is_class else "", names)
            outer = [*node.decorator_list, node.args]
            children = [ScopedNode(n, names, scope, is_class) for n in outer]
            children += [ScopedNode(n, inner, qualname, False) for n in node.body]
        elif isinstance(node, ast.ClassDef):
            qualname = f"{scope}.{node.name}" if scope else node.name
            children = [ScopedNode(n, names, qualname, True) for n in inner_nodes(node)]
        else:
            children = [ScopedNode(n, names, scope, is_class) for n in inner_nodes(node)]
        pending.extend(children[::-1])
