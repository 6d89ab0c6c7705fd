"""The nodes of a module, with the names that hold where they stand."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from wflint.files.source import Source
from wflint.model.listings import Names, names_of
from wflint.syntax.guard import Function
from wflint.syntax.inner_nodes import inner_nodes


class ScopedNode(NamedTuple):
    """A node; ``names`` are those of the function around it, or ``None`` in the module itself."""

    node: ast.AST
    names: Names | None
    scope: str  # the qualname of the class or function around
    is_class: bool


def scoped_nodes(tree: ast.AST, rows: Sequence[int] | None = None) -> Iterator[ScopedNode]:
    """Yield all nodes in the order of the source, with the names that hold where they stand.

    With ``rows``, which ascend, they are those that stand in one of them, and what has no place.
    """
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
        if rows is not None:
            children = [child for child in children if _is_in(child.node, rows)]
        pending.extend(children[::-1])


def rows_of(words: Iterable[str], source: Source) -> list[int]:
    """Return the rows of a text in which one of some words stands."""
    pattern = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    places = re.finditer(pattern, source.text)
    return sorted({source.location(place.start()).row for place in places})


def _is_in(node: ast.AST, rows: Sequence[int]) -> bool:
    """True unless a node surely stands in none of the rows."""
    first, last = getattr(node, "lineno", None), getattr(node, "end_lineno", None)
    if first is None or last is None:
        return True
    decorators = getattr(node, "decorator_list", ())
    first = min(first, *(one.lineno for one in decorators)) if decorators else first
    at = bisect_left(rows, first)
    return at < len(rows) and rows[at] <= last
