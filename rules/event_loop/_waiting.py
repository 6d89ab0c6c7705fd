"""Tells what of a function waits, and if it does so once more before the function returns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from wflint.rule import cst

if TYPE_CHECKING:
    from wflint.rule import Context


class Waiting:
    """The parts of a piece of code that wait; each is looked at once, however many ask."""

    def __init__(self) -> None:
        self._before: dict[int, set[int]] = {}
        self._parts: dict[int, bool] = {}

    def comes_after(self, inner: cst.CSTNode, block: Sequence[cst.CSTNode]) -> bool:
        """True if a statement of a block waits that stands behind ``inner``."""
        first = id(block[0])
        if first not in self._before:
            found: set[int] = set()
            is_seen = False
            for part in reversed(block):
                if is_seen:
                    found.add(id(part))
                is_seen = is_seen or _waits(part)
            self._before[first] = found
        return id(inner) in self._before[first]

    def is_in(self, part: cst.CSTNode | None) -> bool:
        """True if some part waits."""
        if part is None:
            return False
        if id(part) not in self._parts:
            self._parts[id(part)] = _waits(part)
        return self._parts[id(part)]


@lru_cache(maxsize=1)
def waiting(ctx: Context) -> Waiting:
    return Waiting()


def returns_without_waiting(path: Sequence[cst.CSTNode], waiting: Waiting) -> bool:
    """True if no `await` can follow the last node of `path` before its function returns."""
    blocks = (cst.IndentedBlock, cst.SimpleStatementLine, cst.SimpleStatementSuite)
    returns = False
    for at in range(len(path) - 1, 0, -1):
        inner, outer = path[at], path[at - 1]
        if isinstance(outer, blocks) and not returns:
            if waiting.comes_after(inner, outer.body):
                return False
            last = outer.body[-1]
            returns = last is not inner and _is_return(last)
        elif (isinstance(outer, (cst.For, cst.While)) and not returns) or (
            isinstance(outer, cst.With) and outer.asynchronous is not None
        ):
            return False
        elif isinstance(outer, (cst.Try, cst.TryStar)):
            parts = (outer.orelse, outer.finalbody)
            if any(part is not inner and waiting.is_in(part) for part in parts):
                return False
    return True


def _waits(node: cst.CSTNode) -> bool:
    from wflint.rule import walk

    loops = (cst.For, cst.With, cst.CompFor)
    return any(
        isinstance(part, (cst.Await, cst.Yield))
        or (isinstance(part, loops) and part.asynchronous is not None)
        for part in walk(node, into_functions=False)
    )


def _is_return(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.SimpleStatementLine):
        return isinstance(node.body[-1], cst.Return)
    return isinstance(node, cst.Return)
