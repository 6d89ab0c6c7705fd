"""Writes suppression comments where they count, in the way that the file is laid out."""

from __future__ import annotations

import tokenize
from bisect import bisect_right
from collections.abc import Iterable

from msgspec import Struct, field

from wflint.files.source import Source
from wflint.suppress.comments import Directive, parse_directives
from wflint.syntax.tokens import LAYOUT, plain_lines, tokens

Span = tuple[int, int, str]
"""An edit in characters: where it begins and ends, and the new text."""


class Unwanted(Struct, frozen=True, order=True):
    """A finding that is to be hidden: the rows of the offence, and its code."""

    row: int
    end_row: int
    code: str


def comments_for(
    found: Iterable[Unwanted], source: Source, families: tuple[str, ...], reason: str, width: int
) -> list[Span]:
    """Return the edits that hide findings in a file, sorted.

    A comment that is there already gets the codes besides its own. A new one stands behind the
    code, or above the statement where the line would be longer than ``width`` or cannot end with a
    comment: inside of a string, and before a line that a backslash joins.
    """
    writing = _Writing(source, families, reason, width)
    for one in sorted(set(found)):
        writing.add(one)
    return writing.edits()


class _Layout(Struct):
    """The logical lines of a file, and the rows that end inside of a string."""

    firsts: list[int] = field(default_factory=list)
    lasts: list[int] = field(default_factory=list)
    in_string: set[int] = field(default_factory=set)

    def line_around(self, row: int) -> int | None:
        """Return the first row of the logical line that a row belongs to."""
        number = bisect_right(self.firsts, row) - 1
        return self.firsts[number] if number >= 0 and row <= self.lasts[number] else None


class _Writing:
    def __init__(self, source: Source, families: tuple[str, ...], reason: str, width: int) -> None:
        self.source = source
        self.reason = f" {reason}" if reason else ""
        self.width = width
        self.layout = _layout(source.text)
        directives = parse_directives(source.text, families).found
        self.directives = [d for d in directives if d.kind == "ignore" and not d.problem]
        self.extended: dict[int, list[str]] = {}
        self.behind: dict[int, list[str]] = {}
        self.above: dict[int, list[str]] = {}

    def add(self, one: Unwanted) -> None:
        first = self.layout.line_around(one.row)
        if first is None:
            return
        if any(d.names(one.code, "") for d in self.directives if _stands_at(d, one)):
            return  # it does not help, and neither would another one
        numbers = (n for n, d in enumerate(self.directives) if _counts_for(d, one))
        known = next(numbers, None)
        if known is not None and self._extend(known, one.code):
            return
        if first not in self.above and self._fits_behind(one.row, one.code):
            _note(self.behind, one.row, one.code)
        else:
            _note(self.above, first, one.code)

    def _extend(self, number: int, code: str) -> bool:
        directive = self.directives[number]
        line = self.source.line(directive.row)
        codes = [*self.extended.get(number, []), code]
        is_own_line = line.lstrip().startswith("#")
        if not is_own_line and len(line) + len("".join(f", {c}" for c in codes)) > self.width:
            return False
        _note(self.extended, number, code)
        return True

    def _fits_behind(self, row: int, code: str) -> bool:
        line = self.source.line(row).rstrip()
        if row in self.layout.in_string or line.endswith("\\"):
            return False
        codes = [*self.behind.get(row, []), code]
        return len(line) + 2 + len(self._comment(codes)) <= self.width

    def _comment(self, codes: Iterable[str]) -> str:
        return f"# wflint: ignore[{', '.join(codes)}]{self.reason}"

    def edits(self) -> list[Span]:
        """Return all edits."""
        starts = self.source.line_starts
        found: list[Span] = []
        for number, codes in self.extended.items():
            directive = self.directives[number]
            last = directive.selectors[-1]
            place = starts[directive.row - 1] + last.column - 1 + len(last.text)
            found.append((place, place, "".join(f", {code}" for code in codes)))
        for row, codes in self.behind.items():
            line = self.source.line(row)
            start = starts[row - 1]
            end_of_code = start + len(line.rstrip())
            found.append((end_of_code, start + len(line), f"  {self._comment(codes)}"))
        for row, codes in self.above.items():
            line = self.source.line(row)
            indent = line[: len(line) - len(line.lstrip())]
            text = f"{indent}{self._comment(codes)}{self.source.newline}"
            found.append((starts[row - 1], starts[row - 1], text))
        return sorted(found)


def _note(table: dict[int, list[str]], key: int, code: str) -> None:
    codes = table.setdefault(key, [])
    if code not in codes:
        codes.append(code)


def _stands_at(directive: Directive, one: Unwanted) -> bool:
    return directive.row == one.row or _counts_for(directive, one)


def _counts_for(directive: Directive, one: Unwanted) -> bool:
    """True if a comment counts for the place of a finding."""
    statement = directive.statement
    if statement is None or not statement.first <= one.row <= statement.last:
        return False
    if directive.line is not None:
        return directive.line == one.row
    if directive.above or directive.row in (statement.first, statement.last):
        return True
    return one.row <= directive.row <= one.end_row


def _layout(text: str) -> _Layout:
    found = _Layout()
    first = last = 0
    for token in tokens(plain_lines(text)):
        if token.type == tokenize.STRING:
            found.in_string.update(range(token.start[0], token.end[0]))
        if token.type == tokenize.NEWLINE:
            found.firsts.append(first)
            found.lasts.append(last)
            first = 0
        elif token.type not in LAYOUT and token.type != tokenize.COMMENT:
            first = first or token.start[0]
            last = token.end[0]
    return found
