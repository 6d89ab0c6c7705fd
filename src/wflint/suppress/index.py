"""Finds the suppression comment for a place: a file may have very many of both."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wflint.suppress.comments import Directive, Statement

_Numbered = tuple[int, "Directive"]


class SuppressionIndex:
    """Directives by the rows for which they count."""

    def __init__(self, found: Iterable[Directive]) -> None:
        self._statements: dict[int, Statement] = {}
        self._groups: dict[tuple[str, int], list[_Numbered]] = {}
        self._first: dict[tuple[str, int, str], _Numbered | None] = {}
        for numbered in enumerate(found):
            if not numbered[1].problem:
                self._add(numbered)
        self._starts = sorted(self._statements)
        self._rows = sorted(row for group, row in self._groups if group == "row")

    def _add(self, numbered: _Numbered) -> None:
        directive, statement = numbered[1], numbered[1].statement
        if directive.kind == "file-ignore":
            self._put("file", 0, numbered)
        elif statement is not None:
            start = statement.first
            self._statements[start] = statement
            if directive.line is not None:
                self._put("line", directive.line, numbered)
            elif directive.above or directive.row in (start, statement.last):
                self._put("statement", start, numbered)
            else:
                self._put("row", directive.row, numbered)
            if directive.is_at_header_of(start):
                self._put("header", start, numbered)

    def _put(self, group: str, row: int, numbered: _Numbered) -> None:
        self._groups.setdefault((group, row), []).append(numbered)

    def at(self, code: str, name: str, row: int, end_row: int) -> Directive | None:
        """The first directive that hides a diagnostic in these rows, those of the file last."""
        near: list[_Numbered | None] = []
        statement = self._statement(row)
        if statement is not None:
            near += [
                self._first_of("statement", statement.first, code, name),
                self._first_of("line", row, code, name),
                self._first_in(row, min(end_row, statement.last), code, name),
            ]
        found = min((n for n in near if n is not None), key=lambda n: n[0], default=None)
        found = found or self._first_of("file", 0, code, name)
        return found[1] if found is not None else None

    def at_header(self, code: str, name: str, def_row: int) -> Directive | None:
        """The first directive that hides a rule at the header of a function."""
        statement = self._statement(def_row)
        found = self._first_of("header", statement.first, code, name) if statement else None
        return found[1] if found is not None else None

    def _statement(self, row: int) -> Statement | None:
        number = bisect_right(self._starts, row) - 1
        statement = self._statements[self._starts[number]] if number >= 0 else None
        return statement if statement is not None and row <= statement.last else None

    def _first_in(self, row: int, end_row: int, code: str, name: str) -> _Numbered | None:
        rows = self._rows
        for number in range(bisect_left(rows, row), bisect_right(rows, end_row)):
            found = self._first_of("row", rows[number], code, name)
            if found is not None:
                return found
        return None

    def _first_of(self, group: str, row: int, code: str, name: str) -> _Numbered | None:
        numbered = self._groups.get((group, row))
        if numbered is None:
            return None
        key = (group, row, code)
        if key not in self._first:
            hides = (n for n in numbered if n[1].names(code, name))
            self._first[key] = next(hides, None)
        return self._first[key]
