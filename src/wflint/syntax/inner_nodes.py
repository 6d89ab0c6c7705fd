"""The nodes of an ``ast``, as :mod:`ast` itself lists them but twice as fast.

:func:`ast.iter_child_nodes` asks each field of each node. Here those are asked that can hold nodes
which mean something: operators and the contexts of names are left out.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterator

_NO_NODES = frozenset(
    (
        *("arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "kwd_attrs"),
        *("lineno", "level", "module", "op", "ops", "rest", "simple", "tag", "type_comment"),
        *("type_ignores", "n", "s"),
    )
)
_PLAIN = (ast.Constant, ast.Global, ast.Nonlocal)


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of each kind of node that may hold nodes."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        fields = tuple(name for name in kind._fields if name not in _NO_NODES)
        self[kind] = () if issubclass(kind, _PLAIN) else fields
        return self[kind]


_FIELDS = _Fields()


def inner_nodes(node: ast.AST) -> list[ast.AST]:
    """Return the nodes one level below a node, in source order as far as ``ast`` keeps it."""
    found: list[ast.AST] = []
    for name in _FIELDS[type(node)]:
        inner = getattr(node, name, None)
        if type(inner) is list:
            found += [one for one in inner if one is not None] if None in inner else inner
        elif isinstance(inner, ast.AST):
            found.append(inner)
    return found


def all_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all nodes below it, level by level."""
    pending = deque([node])
    while pending:
        node = pending.popleft()
        pending.extend(inner_nodes(node))
        yield node


def parents(node: ast.AST) -> dict[ast.AST, ast.AST]:
    """Return for each node below a node the one that it stands in, level by level."""
    return {inner: outer for outer in all_nodes(node) for inner in inner_nodes(outer)}
