"""A fix as the lines that it takes out and puts in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from wflint.diagnostics import Edit, Fix
from wflint.report.look import lines_of


class Change(NamedTuple):
    """A line that goes (``-``) or comes (``+``), with the 1-based row it has before the fix.

    The first ``same`` characters are those of the line that it stands for.
    """

    sign: str
    row: int
    line: str
    same: int = 0


def changes(fix: Fix, lines: Sequence[str]) -> Iterator[Change]:
    """The changed lines of a file, whose ``lines`` have no ends, in order."""
    for group in _groups(fix.edits):
        first, last = group[0].location.row, max(e.end_location.row for e in group)
        if last > len(lines):
            return  # the file is not what the fix was made for
        old = list(lines[first - 1 : last])
        new = lines_of(_spliced(old, first, group))
        while old and new and old[-1] == new[-1]:
            old.pop()
            new.pop()
        start = 0
        while start < min(len(old), len(new)) and old[start] == new[start]:
            start += 1
        pairs = zip(old[start:], new[start:], strict=False)
        same = {n: _same(*pair) for n, pair in enumerate(pairs, first + start)}
        for number, line in enumerate(old[start:], first + start):
            yield Change("-", number, line, same.get(number, 0))
        for number, line in enumerate(new[start:], first + start):
            yield Change("+", number, line, same.get(number, 0))


def _same(old: str, new: str) -> int:
    """Return how many characters two lines have in common at their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _groups(edits: Sequence[Edit]) -> Iterator[list[Edit]]:
    """Edits whose lines touch belong together."""
    group: list[Edit] = []
    for edit in edits:
        if group and edit.location.row > max(e.end_location.row for e in group):
            yield group
            group = []
        group.append(edit)
    if group:
        yield group


def _spliced(old: Sequence[str], first: int, edits: Sequence[Edit]) -> str:
    parts: list[str] = []
    row, column = first, 1
    for edit in edits:
        parts += [_between(old, first, (row, column), edit), edit.content]
        row, column = edit.end_location.row, edit.end_location.column
    rest = [old[row - first][column - 1 :], *old[row - first + 1 :]]
    return "".join([*parts, "\n".join(rest)])


def _between(old: Sequence[str], first: int, at: tuple[int, int], edit: Edit) -> str:
    """The text from a row and column to the start of an edit."""
    (row, column), stop = at, edit.location
    if row == stop.row:
        return old[row - first][column - 1 : stop.column - 1]
    lines = [old[row - first][column - 1 :], *old[row - first + 1 : stop.row - first]]
    return "\n".join([*lines, old[stop.row - first][: stop.column - 1]])
