"""Names that mean nothing: what stands there while a longer one is being typed."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Collection, Iterator

from wflint.files.source import Source
from wflint.syntax.guard import parse_once
from wflint.workspace.moves import FUNCTIONS, rows_of, statements_in

_BUILTINS = frozenset(dir(builtins))
_STAR = re.compile(r"import[\s(\\]*\*")


def known_among(
    names: frozenset[str], source: Source, row: int, rows: Collection[int]
) -> frozenset[str]:
    """Return those names of a statement in a function that may mean something there.

    It begins in ``row``, and what stands in ``rows`` does not count. All names may mean something
    where any may be imported; local names of other functions mean nothing.
    """
    if not names or _STAR.search(source.text):
        return names
    lines = enumerate(source.text.split("\n"), 1)
    elsewhere = "\n".join(line for number, line in lines if number not in rows)
    standing = frozenset(name for name in names if _stands_in(elsewhere, name))
    if standing:  # it may stand in a comment, be an attribute, or a local name of another function
        tree = parse_once(source)
        if tree is None:
            return names
        standing &= _names_around(tree, row, rows) | _declared(tree)
    return standing | (names & _BUILTINS)


def _stands_in(text: str, name: str) -> bool:
    return name in text and bool(re.search(rf"\b{re.escape(name)}\b", text))


def _declared(tree: ast.Module) -> frozenset[str]:
    """Return the names that functions bind outside of themselves."""
    nodes = (node for node in ast.walk(tree) if isinstance(node, (ast.Global, ast.Nonlocal)))
    return frozenset(name for node in nodes for name in node.names)


def _names_around(tree: ast.Module, row: int, rows: Collection[int]) -> frozenset[str]:
    """Return the names in a module, but for those in some rows and in other functions."""
    own = _function_around(tree, row)
    found: set[str] = set()
    pending: list[tuple[ast.AST, bool]] = [(tree, False)]
    while pending:
        node, is_inside = pending.pop()
        if getattr(node, "lineno", 0) not in rows:
            found.update(_names_of(node))
        is_inside |= node is own
        is_other = isinstance(node, FUNCTIONS) and not is_inside
        children = _outer_parts(node) if is_other else ast.iter_child_nodes(node)
        pending += ((child, is_inside) for child in children)
    return frozenset(found)


def _outer_parts(function: ast.AST) -> Iterator[ast.expr]:
    """Yield the parts of a function that stand in the scope around it."""
    assert isinstance(function, FUNCTIONS)
    inner = function.args
    given = (inner.vararg, inner.kwarg, *inner.posonlyargs, *inner.args, *inner.kwonlyargs)
    annotations = (one.annotation for one in given if one is not None)
    parts = (*inner.defaults, *inner.kw_defaults, *annotations, function.returns)
    yield from function.decorator_list
    yield from (part for part in parts if part is not None)


def _names_of(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node binds or uses itself."""
    for key in ("id", "name", "arg", "asname", "rest"):
        name = getattr(node, key, None)
        if isinstance(name, str):
            yield name.partition(".")[0]


def _function_around(tree: ast.Module, row: int) -> ast.AST | None:
    """Return the outermost function around a row."""
    pending: list[ast.AST] = [tree]
    while pending:
        for child in statements_in(pending.pop()):
            first, last = rows_of(child)
            if first <= row <= last:
                if isinstance(child, FUNCTIONS):
                    return child
                pending.append(child)
    return None
