"""Writes a change of statements as both versions of them, with a condition that decides."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Sequence

from wflint.comparison.region import Region
from wflint.files.source import Source
from wflint.rule.fix import TextEdit, Withheld
from wflint.syntax.tokens import plain_lines, tokens

_REST = re.compile(r"\s*(#.*)?")
_INDENT = re.compile(r"[ \t]*")


class _Lines:
    """The whole lines that statements take up in a file."""

    def __init__(self, source: Source, statements: Sequence[ast.stmt]) -> None:
        self.first, self.last = _first_row(statements[0]), statements[-1].end_lineno or 0
        self._source = source
        ends = statements[-1].end_col_offset or 0
        rest = source.text[source.offset(self.last, ends) :]
        if not _is_blank(self._before(statements[0])) or not _ends(rest):
            raise Withheld("it shares a line with other code")
        self.indent = _indent(source.line(self.first))

    def _before(self, statement: ast.stmt) -> str:
        source, row = self._source, statement.lineno
        return source.text[source.line_starts[row - 1] : source.offset(row, statement.col_offset)]

    def with_comments(self, known: str) -> None:
        """Take in the comments right above, but for those that a text has."""
        while True:
            above = self._source.line(self.first - 1).strip()
            if not above.startswith("#") or above in known:
                return
            self.first -= 1

    def shifted(self, indent: str) -> list[str]:
        """Return the lines with another indentation; inside of strings they stay as they are."""
        lines = [self._source.line(row) for row in range(self.first, self.last + 1)]
        inside = _rows_in_strings(self._source, self.first, self.last)
        found = []
        for row, line in enumerate(lines, self.first):
            if row in inside or not line.strip():
                found.append(line if row in inside else "")
            else:
                found.append(indent + line.removeprefix(self.indent).lstrip("\f"))
        return found


def _first_row(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min((statement.lineno, *(each.lineno for each in decorators)))


def _is_blank(text: str) -> bool:
    return not text.strip()


def _ends(rest: str) -> bool:
    """True if nothing but a comment is left of a line."""
    return _REST.fullmatch(re.split(r"[\r\n]", rest, maxsplit=1)[0]) is not None


def _indent(line: str) -> str:
    found = _INDENT.match(line)
    return found.group() if found is not None else ""


def _rows_in_strings(source: Source, first: int, last: int) -> set[int]:
    """Return the rows that begin inside of a string."""
    found: set[int] = set()
    for token in tokens(plain_lines(source.text)):
        if token.start[0] > last:
            break
        if token.type == tokenize.STRING and token.end[0] > token.start[0] >= first:
            found.update(range(token.start[0] + 1, token.end[0] + 1))
    return found


def wrapped(region: Region, old: Source, new: Source, condition: str, unit: str) -> TextEdit:
    """Return the edit of the new file that lets a condition decide between both versions.

    ``unit`` is what a block is indented by. Raises :class:`Withheld` where statements share a line
    with something else.
    """
    has_new = any(not isinstance(each, ast.Pass) for each in region.new)
    after = _Lines(new, region.new) if region.new else None
    indent = after.indent if after is not None else _Lines(new, [_neighbour(region)]).indent
    inner = indent + unit
    lines: list[str] = []
    if region.old:
        before = _Lines(old, region.old)
        before.with_comments(new.text)
        lines = before.shifted(inner)
    if after is not None and has_new:
        lines = [
            f"{indent}if {condition}:",
            *after.shifted(inner),
            *([f"{indent}else:", *lines] if lines else []),
        ]
    else:
        lines = [f"{indent}if not {condition}:", *lines]
    text = "".join(f"{line}{new.newline}" for line in lines)
    if after is not None:
        return _replaced(new, after.first, after.last, text)
    return _inserted(new, region, text)


def _neighbour(region: Region) -> ast.stmt:
    return region.block[region.start - 1 if region.start else 0]


def _replaced(source: Source, first: int, last: int, text: str) -> TextEdit:
    start, end = source.line_starts[first - 1], _start_of_row(source, last + 1)
    if not source.text[start:end].endswith(("\n", "\r")):
        text = text.removesuffix(source.newline)
    return TextEdit(start, end, text)


def _inserted(source: Source, region: Region, text: str) -> TextEdit:
    """Put lines behind the statement before, or above the one that follows."""
    if not region.start:
        at = source.line_starts[_first_row(region.block[0]) - 1]
        return TextEdit(at, at, text)
    at = _start_of_row(source, (region.block[region.start - 1].end_lineno or 0) + 1)
    if at == len(source.text) and not source.text.endswith(("\n", "\r")):
        text = source.newline + text.removesuffix(source.newline)
    return TextEdit(at, at, text)


def _start_of_row(source: Source, row: int) -> int:
    starts = source.line_starts
    return starts[row - 1] if row <= len(starts) else len(source.text)
