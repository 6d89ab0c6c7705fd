"""Moves an import out of a function, to the top of its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from wflint.rule import TextEdit, Withheld

if TYPE_CHECKING:
    from wflint.rule import FixView, Repair


def moved_to_top(at: FixView) -> Repair | None:
    """The repair of an import that stands directly in the body of a function."""
    node, line, block = at.node, at.parent(), at.parent(2)
    if not isinstance(node, (cst.Import, cst.ImportFrom)):
        return None
    if not isinstance(line, cst.SimpleStatementLine) or not isinstance(block, cst.IndentedBlock):
        return None
    in_function = isinstance(at.parent(3), (cst.FunctionDef, type(None)))  # None: the outermost
    if not in_function or len(line.body) > 1 or len(block.body) == 1:
        return None
    if any(_is_bound_again(name, at) for name in at.binds(node)):
        return None
    if any(empty.comment is not None for empty in line.leading_lines):
        raise Withheld("a comment belongs to it")
    new = at.moved_to_top(node)
    gone = TextEdit(*_lines(at, node, is_first=block.body[0] is line), "")
    return at.unsafe("Import it at the top of the file", new, gone)


def _is_bound_again(name: str, at: FixView) -> bool:
    """True if a name that is imported in a function means something else in it, too."""
    return len(at.bindings(name) or ()) != 1 or name in at.rebound


def _lines(at: FixView, node: cst.CSTNode, is_first: bool) -> tuple[int, int]:
    """The lines of a statement, with blank ones below it that nothing above it needs."""
    source = at.source
    first, last = (source.location(offset).row for offset in at.span(node))
    count, row = len(source.line_starts), last + 1
    if is_first or not source.line(first - 1).strip():
        while row <= count and not source.line(row).strip():
            row += 1
    end = source.line_starts[row - 1] if row <= count else len(source.text)
    return source.line_starts[first - 1], end
