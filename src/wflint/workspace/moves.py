"""Edits that move code and change none: comments and blank lines between statements.

What was found before is still true after such an edit, but for where it stands.
"""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator, Sequence

from msgspec import Struct

from wflint.files.source import Source
from wflint.syntax.guard import parse_once
from wflint.syntax.tokens import LAYOUT, tokens

_NO_CODE = re.compile(r"[ \t]*(?:#.*)?\r?$")
_RETURN = re.compile(r"\r(?!\n)")
_UNUSUAL = "\f\v\x1c\x1d\x1e\x85\u2028\u2029"
"""Characters at which some programs see another line begin."""


FUNCTIONS = (ast.AsyncFunctionDef, ast.FunctionDef)
_SLACK = 200
"""Characters by which a function is shorter than its rows: its indent, what follows it."""


class Move(Struct, frozen=True):
    """From the row ``first`` on, ``before`` rows of a text have become ``after`` other ones."""

    first: int
    before: int
    after: int

    def row(self, row: int) -> int | None:
        """The row at which something stands now; ``None`` for what stood in rows that changed."""
        if row < self.first:
            return row
        return row + self.after - self.before if row >= self.first + self.before else None

    def cut(self, before: Sequence[str], after: Sequence[str]) -> tuple[list[str], list[str]]:
        """Return the rows that have changed, as they were and as they are."""
        start = self.first - 1
        return [*before[start : start + self.before]], [*after[start : start + self.after]]

    def touches(self, first: int, last: int) -> bool:
        """True if rows that changed, or what was put between two, lie among some rows."""
        return first < self.first + self.before and self.first <= last


def changed_rows(before: Sequence[str], after: Sequence[str]) -> Move:
    """The rows in which two texts differ."""
    most = min(len(before), len(after))
    first = 0
    while first < most and before[first] == after[first]:
        first += 1
    same = 0
    while same < most - first and before[-1 - same] == after[-1 - same]:
        same += 1
    return Move(first + 1, len(before) - first - same, len(after) - first - same)


def has_unusual_lines(source: Source) -> bool:
    """True if not all programs agree on where the lines of a text end."""
    text = source.text  # it is long, and `in` much faster than a pattern
    return any(one in text for one in _UNUSUAL) or ("\r" in text and bool(_RETURN.search(text)))


def layout_move(before: Source, after: Source) -> Move | None:
    """How code has moved, if nothing but comments and blank lines has changed around it."""
    if has_unusual_lines(before) or has_unusual_lines(after):
        return None
    old, new = before.text.split("\n"), after.text.split("\n")
    move = changed_rows(old, new)
    gone, come = move.cut(old, new)
    if not all(map(_NO_CODE.match, (*gone, *come))):
        return None
    return move if _begins_a_line(before, old, move.first) else None


def crosses(before: Source, move: Move, more: int, most: int) -> bool:
    """True if a function around the rows of a move is longer than so many characters now, or not.

    The text has ``more`` characters than before.
    """
    pending: list[ast.AST] = [before.tree or ast.Module([], [])]
    while pending:
        for child in statements_in(pending.pop()):
            first, last = rows_of(child)
            if not first < move.first <= last:
                continue
            pending.append(child)
            length = _offset(before, last + 1) - _offset(before, first)
            shorter, longer = sorted((length, length + more))
            if isinstance(child, FUNCTIONS) and shorter - _SLACK <= most <= longer:
                return True
    return False


def _offset(source: Source, row: int) -> int:
    starts = source.line_starts
    return starts[row - 1] if row <= len(starts) else len(source.text)


def _begins_a_line(source: Source, lines: Sequence[str], row: int) -> bool:
    """True if no line of code goes on in a row of a module, from the row above."""
    if row > 1 and lines[row - 2].rstrip("\r").endswith("\\"):
        return False
    tree = parse_once(source)
    if tree is None:
        return False
    return not any(_goes_on(lines, first, last, row) for first, last in _around(tree, row))


def _around(tree: ast.Module, row: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last rows of statements that a row lies in, of long ones their headers.

    The last row of a header is the first one of the block below it.
    """
    pending: list[ast.AST] = [tree]
    while pending:
        for child in statements_in(pending.pop()):
            first, last = rows_of(child)
            if not first < row <= last:
                continue
            below = next(statements_in(child), None)
            if below is None:
                yield first, last
            else:
                pending.append(child)
                if row <= rows_of(below)[0]:
                    yield first, rows_of(below)[0]


def statements_in(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements of the blocks of a node, and its handlers and cases."""
    for name in ("cases", "body", "handlers", "orelse", "finalbody"):
        yield from getattr(node, name, ())


def rows_of(node: ast.AST) -> tuple[int, int]:
    """The first and last row of a statement, its decorators included."""
    if isinstance(node, ast.match_case):
        return node.pattern.lineno, rows_of(node.body[-1])[1]
    assert isinstance(node, (ast.stmt, ast.ExceptHandler))
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min(node.lineno, *(d.lineno for d in decorators)) if decorators else node.lineno
    return first, node.end_lineno or node.lineno


def _goes_on(lines: Sequence[str], first: int, last: int, row: int) -> bool:
    """True if a line of code that begins above a row, not before ``first``, goes on in it."""
    is_open = False
    for token in tokens(list(lines[first - 1 : last])):
        if token.type in LAYOUT or token.type == tokenize.COMMENT:
            continue
        if first - 1 + token.start[0] >= row:
            break
        is_open = token.type != tokenize.NEWLINE
    return is_open
