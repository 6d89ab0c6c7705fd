"""Taking lines out of a file together with the blank lines that only they needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wflint.files.source import Source
from wflint.fix.apply.splice import Span


def without_lines(source: Source, rows: Iterable[int]) -> Iterator[Span]:
    """The edits that remove rows of a file.

    Of the blank lines above and those below the larger number stays; none does at the beginning of
    the file or of a block, nor at the end of the file.
    """
    starts = source.line_starts
    for first, last in _runs(source, rows):
        above, below = _blank_rows(source, first, -1), _blank_rows(source, last, 1)
        opener = source.line(first - above - 1).rstrip()
        is_first, is_last = opener[-1:] in ("", ":"), last + below >= len(starts)
        if is_first or is_last or above < below:
            first -= above
        if is_first or is_last or above >= below:
            last += below
        stop = starts[last] if last < len(starts) else len(source.text)
        yield starts[first - 1], stop, ""


def _runs(source: Source, rows: Iterable[int]) -> list[tuple[int, int]]:
    """The first and the last one of rows that only blank lines lie between."""
    runs: list[tuple[int, int]] = []
    for row in sorted(rows):
        if runs and runs[-1][1] + _blank_rows(source, runs[-1][1], 1) + 1 >= row:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs


def _blank_rows(source: Source, row: int, step: int) -> int:
    """Return the number of blank lines next to a row, below or above it."""
    count, at = 0, row + step
    while 1 <= at <= len(source.line_starts) and not source.line(at).strip():
        count, at = count + 1, at + step
    return count
