"""Takes a call that is a statement of its own out of the code."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING

from wflint.repair.model import NoFix, TextEdit

if TYPE_CHECKING:
    import libcst as cst

    from wflint.repair.view import RepairView


def removal(at: RepairView, gone: Container[str]) -> TextEdit:
    """What removes the statement that the offending call is; there is no fix if it is none.

    ``gone`` are the names of the functions whose calls are removed as well: they do not keep a
    block from being empty, where ``pass`` takes the place of the statement.
    """
    import libcst as cst

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
    if isinstance(block, cst.IndentedBlock) and _is_more_than(block, line, at, gone):
        return _whole_lines(at, start, end)
    return TextEdit(start, end, "pass")


def _imports_before(at: RepairView, before: Sequence[cst.CSTNode]) -> int:
    """1 for `import pdb; pdb.set_trace()`, if nothing else uses what is imported there."""
    import libcst as cst

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
    nodes = [entry.node for entry in at.piece.reader.walker.entries]
    uses = [n for n in nodes if isinstance(n, cst.Name) and n.value == name and n is not root]
    return 1 if bound == name and not uses else 0


def _is_more_than(
    block: cst.IndentedBlock, line: cst.CSTNode, at: RepairView, gone: Container[str]
) -> bool:
    """Whether something stays in a block without the line, be it a ``pass``."""
    import libcst as cst

    is_above = True
    for other in block.body:
        if other is line:
            is_above = False
            continue
        small = other.body if isinstance(other, cst.SimpleStatementLine) else [other]
        is_gone = all(
            isinstance(s, cst.Expr)
            and isinstance(s.value, cst.Call)
            and at.dotted_name(s.value.func) in gone
            for s in small
        )
        if is_above or not is_gone:
            return True
    return False


def _whole_lines(at: RepairView, start: int, end: int) -> TextEdit:
    source = at.piece.source
    starts = source.line_starts
    last = source.location(end).row
    stop = starts[last] if last < len(starts) else len(source.text)
    return TextEdit(starts[source.location(start).row - 1], stop, "")
