"""Takes a call that is a statement of its own out of the code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from wflint.rule import NoFix, TextEdit, cst

if TYPE_CHECKING:
    from wflint.rule import FixView


def removal(at: FixView, is_gone: Callable[[cst.Call], bool]) -> TextEdit:
    """Return the removal of the statement that the offending call is; no fix if it is none.

    ``is_gone`` tells which other calls are removed as well: they do not keep a block from being
    empty, where ``pass`` takes the place of the statement.
    """
    statement, line, block = at.parent(), at.parent(2), at.parent(3)
    if not isinstance(statement, cst.Expr):
        raise NoFix
    if not isinstance(line, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
        raise NoFix
    here = next(n for n, part in enumerate(line.body) if part is statement)
    first = here - _imports_before(at, line.body[:here])
    drop = line.body[first : here + 1]
    start, end = at.span(drop[0])[0], at.span(drop[-1])[1]
    if first > 0:
        return TextEdit(at.span(line.body[first - 1])[1], end, "")
    if here + 1 < len(line.body):
        return TextEdit(start, at.span(line.body[here + 1])[0], "")
    if isinstance(block, cst.IndentedBlock) and _is_more_than(block, line, is_gone):
        return _whole_lines(at, start, end)
    return TextEdit(start, end, "pass")


def _imports_before(at: FixView, before: Sequence[cst.CSTNode]) -> int:
    """1 for `import pdb; pdb.set_trace()`, if nothing else uses what is imported there."""
    root: cst.CSTNode = at.call.func
    while isinstance(root, cst.Attribute):
        root = root.value
    match before[-1:], root:
        case [
            cst.Import(names=[cst.ImportAlias() as alias])
            | cst.ImportFrom(names=[cst.ImportAlias() as alias])
        ], cst.Name(value=name):
            bound = alias.evaluated_alias or alias.evaluated_name.partition(".")[0]
        case _:
            return 0
    nodes = at.nodes()
    uses = [n for n in nodes if isinstance(n, cst.Name) and n.value == name and n is not root]
    return 1 if bound == name and not uses else 0


def _is_more_than(
    block: cst.IndentedBlock, line: cst.CSTNode, is_gone: Callable[[cst.Call], bool]
) -> bool:
    """True if a block without the line still holds a statement, even a ``pass``."""
    is_above = True
    for other in block.body:
        if other is line:
            is_above = False
            continue
        small = other.body if isinstance(other, cst.SimpleStatementLine) else [other]
        calls = [s.value for s in small if isinstance(s, cst.Expr)]
        goes = len(calls) == len(small) and all(
            isinstance(c, cst.Call) and is_gone(c) for c in calls
        )
        if is_above or not goes:
            return True
    return False


def _whole_lines(at: FixView, start: int, end: int) -> TextEdit:
    source = at.source
    starts = source.line_starts
    last = source.location(end).row
    stop = starts[last] if last < len(starts) else len(source.text)
    return TextEdit(starts[source.location(start).row - 1], stop, "")
