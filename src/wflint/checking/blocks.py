"""Finds what earlier statements of a block say about a place, and where a function assigns names.

Both are worked out once for each block and function, which may hold thousands of places.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import TypeVar

from wflint import limits
from wflint.syntax.inner_nodes import all_nodes
from wflint.syntax.unparsed import unparsed

T = TypeVar("T")


def said_before(
    outer: ast.AST, inner: ast.AST, said_by: Callable[[ast.stmt], Iterable[T]]
) -> Iterator[T]:
    """Yield what ``said_by`` gives for the statements that stand before ``inner`` in its block.

    ``outer`` is the node that holds the block. At most ``limits.SAID_BEFORE`` are given,
    the last ones.
    """
    for name in ("body", "orelse", "finalbody"):
        numbers, said = _said(outer, name, said_by)
        number = numbers.get(inner)
        if number is not None:
            last = bisect_left(said, number, key=itemgetter(0))
            yield from (what for _, what in said[max(0, last - limits.SAID_BEFORE) : last])


@lru_cache(maxsize=64)
def _said(
    outer: ast.AST, name: str, said_by: Callable[[ast.stmt], Iterable[T]]
) -> tuple[dict[ast.AST, int], list[tuple[int, T]]]:
    """Return the position of each statement of a block, and what each says, with its position."""
    block = getattr(outer, name, [])
    if not isinstance(block, list):
        return {}, []
    numbers = {statement: number for number, statement in enumerate(block)}
    return numbers, [(number, one) for number, at in enumerate(block) for one in said_by(at)]


@lru_cache(maxsize=32)
def stores(function: ast.AST) -> dict[str, list[int]]:
    """Return the rows in which a function assigns to each name and attribute, in order."""
    found: dict[str, list[int]] = {}
    for node in all_nodes(function):
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            found.setdefault(unparsed(node), []).append(node.lineno)
    for rows in found.values():
        rows.sort()
    return found


def is_stored(function: ast.AST, written: str, first: int, end: int) -> bool:
    """True if a name or attribute is assigned to in rows from ``first`` until before ``end``."""
    rows = stores(function).get(written, ())
    number = bisect_left(rows, first)
    return number < len(rows) and rows[number] < end
