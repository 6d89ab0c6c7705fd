"""The ways in which control leaves a block of statements: bits of :class:`Exit`.

Every branch counts, and every ``raise``, also where a handler further in may get it. Blocks lie in
each other no deeper than Python allows; a chain of ``elif`` may be as long as it likes.
"""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from wflint.facts.model import Exit

_SMALL: dict[type[cst.CSTNode], int] = {
    cst.Return: Exit.RETURNS,
    cst.Raise: Exit.RAISES,
    cst.Break: Exit.BREAKS,
    cst.Continue: Exit.CONTINUES,
}


def exits(block: cst.BaseSuite) -> int:
    """Return the ways out of a block."""
    return exits_of_all(block.body)


def exits_of_all(statements: Sequence[cst.BaseStatement | cst.BaseSmallStatement]) -> int:
    """Return the ways out of some statements."""
    found = 0
    for statement in statements:
        ways = _of(statement)
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
        ways = _of(statement)
        behind = ways & ~Exit.ENDS | behind if ways & Exit.ENDS else ways
    return found[::-1]


def _of(node: cst.CSTNode) -> int:
    match node:
        case cst.SimpleStatementLine(body=body):
            return exits_of_all(body)
        case cst.If():
            return _of_branches(node)
        case cst.While() | cst.For():
            return _of_loop(node)
        case cst.Try() | cst.TryStar():
            return _of_try(node)
        case cst.With(body=block):
            return exits(block)
        case cst.Match(cases=cases):
            return _of_cases(cases)
    return _SMALL.get(type(node), Exit.ENDS)


def _of_branches(node: cst.If) -> int:
    found = 0
    branch: cst.If | cst.Else | None = node
    while isinstance(branch, cst.If):
        found |= exits(branch.body)
        branch = branch.orelse
    return found | (exits(branch.body) if branch is not None else Exit.ENDS)


def _of_loop(node: cst.While | cst.For) -> int:
    inside = exits(node.body)
    found = inside & (Exit.RAISES | Exit.RETURNS)
    if inside & Exit.BREAKS:
        found |= Exit.ENDS
    if _is_for_ever(node):
        return found
    return found | (exits(node.orelse.body) if node.orelse is not None else Exit.ENDS)


def _is_for_ever(node: cst.While | cst.For) -> bool:
    test = node.test if isinstance(node, cst.While) else None
    return isinstance(test, cst.Name) and test.value == "True"


def _of_try(node: cst.Try | cst.TryStar) -> int:
    found = exits(node.body)
    if node.orelse is not None and found & Exit.ENDS:
        found = found & ~Exit.ENDS | exits(node.orelse.body)
    for handler in node.handlers:
        found |= exits(handler.body)
    if node.finalbody is None:
        return found
    last = exits(node.finalbody.body)
    return found | last if last & Exit.ENDS else last


def _of_cases(cases: Sequence[cst.MatchCase]) -> int:
    found = 0
    for case in cases:
        found |= exits(case.body)
    return found if cases and _always_fits(cases[-1]) else found | Exit.ENDS


def _always_fits(case: cst.MatchCase) -> bool:
    pattern = case.pattern
    return isinstance(pattern, cst.MatchAs) and pattern.pattern is None and case.guard is None
