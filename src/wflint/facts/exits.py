"""The ways in which control leaves a block of statements: bits of :class:`Exit`.

Every branch counts, and every ``raise``, also where a handler further in may get it. Blocks lie in
each other no deeper than Python allows; a chain of ``elif`` may be as long as it likes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import libcst as cst

from wflint.facts.model import Exit

Swallows = Callable[[cst.With], bool]
"""Says whether a ``with`` may swallow the error that leaves its block."""

_SMALL: dict[type[cst.CSTNode], int] = {
    cst.Return: Exit.RETURNS,
    cst.Raise: Exit.RAISES,
    cst.Break: Exit.BREAKS,
    cst.Continue: Exit.CONTINUES,
}
_TRUE = frozenset({"1", "True"})


def swallows_nothing(node: cst.With) -> bool:
    """Return False: an error leaves a ``with`` as it leaves the block."""
    return False


def exits(block: cst.BaseSuite, swallows: Swallows = swallows_nothing) -> int:
    """Return the ways out of a block."""
    return exits_of_all(block.body, swallows)


def exits_of_all(
    statements: Sequence[cst.BaseStatement | cst.BaseSmallStatement],
    swallows: Swallows = swallows_nothing,
) -> int:
    """Return the ways out of some statements."""
    found = 0
    for statement in statements:
        ways = exits_of(statement, swallows)
        found |= ways & ~Exit.ENDS
        if not ways & Exit.ENDS:
            return found
    return found | Exit.ENDS


def exits_behind(statements: Sequence[cst.BaseStatement]) -> list[int]:
    """Return, for each statement of a block, the ways out of all that follow it."""
    found: list[int] = []
    behind: int = Exit.ENDS
    for statement in reversed(statements):
        found.append(behind)
        ways = exits_of(statement)
        behind = ways & ~Exit.ENDS | behind if ways & Exit.ENDS else ways
    return found[::-1]


def exits_of(node: cst.CSTNode, swallows: Swallows = swallows_nothing) -> int:
    """Return the ways out of a statement."""
    kind = type(node)  # `isinstance` is slow for LibCST's classes, which are abstract ones
    of = _COMPOUND.get(kind)
    return of(node, swallows) if of is not None else _SMALL.get(kind, Exit.ENDS)


def _of_line(node: cst.SimpleStatementLine, swallows: Swallows) -> int:
    return exits_of_all(node.body, swallows)


def _of_with(node: cst.With, swallows: Swallows) -> int:
    found = exits(node.body, swallows)
    return found if found & Exit.ENDS or not swallows(node) else found | Exit.ENDS


def _of_branches(node: cst.If, swallows: Swallows) -> int:
    found = 0
    branch: cst.If | cst.Else | None = node
    while isinstance(branch, cst.If):
        found |= exits(branch.body, swallows)
        branch = branch.orelse
    return found | (exits(branch.body, swallows) if branch is not None else Exit.ENDS)


def _of_loop(node: cst.While | cst.For, swallows: Swallows) -> int:
    inside = exits(node.body, swallows)
    found = inside & (Exit.RAISES | Exit.RETURNS)
    if inside & Exit.BREAKS:
        found |= Exit.ENDS
    if _is_for_ever(node):
        return found
    return found | (exits(node.orelse.body, swallows) if node.orelse is not None else Exit.ENDS)


def _is_for_ever(node: cst.While | cst.For) -> bool:
    test = node.test if isinstance(node, cst.While) else None
    return isinstance(test, (cst.Name, cst.Integer)) and test.value in _TRUE


def _of_try(node: cst.Try | cst.TryStar, swallows: Swallows) -> int:
    found = exits(node.body, swallows)
    if node.orelse is not None and found & Exit.ENDS:
        found = found & ~Exit.ENDS | exits(node.orelse.body, swallows)
    for handler in node.handlers:
        found |= exits(handler.body, swallows)
    if node.finalbody is None:
        return found
    last = exits(node.finalbody.body, swallows)
    return found | last if last & Exit.ENDS else last


def _of_cases(node: cst.Match, swallows: Swallows) -> int:
    found = 0
    for case in node.cases:
        found |= exits(case.body, swallows)
    return found if node.cases and _always_fits(node.cases[-1]) else found | Exit.ENDS


def _always_fits(case: cst.MatchCase) -> bool:
    pattern = case.pattern
    return isinstance(pattern, cst.MatchAs) and pattern.pattern is None and case.guard is None


_COMPOUND: dict[type[cst.CSTNode], Callable[..., int]] = {
    cst.For: _of_loop,
    cst.If: _of_branches,
    cst.Match: _of_cases,
    cst.SimpleStatementLine: _of_line,
    cst.Try: _of_try,
    cst.TryStar: _of_try,
    cst.While: _of_loop,
    cst.With: _of_with,
}
