"""Diagnostics of a text in which code has moved, but not changed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from wflint.diagnostics import NOT_FIXED, Diagnostic, Edit, Fix, Location, OtherPlace, ShownHop
from wflint.run.request import Result
from wflint.workspace.moves import Move

_NAMES_A_ROW = re.compile(r"\b(?:line|row|cell) \d|:\d")
_NEAR = 2
"""Rows around a fix that it may have been made for: blank ones, and comments."""


class Stays(Exception):
    """What an edit does to a diagnostic cannot be told."""


class Mover(Struct, frozen=True):
    """Moves what is said of one file, by the name that diagnostics give it.

    ``imports`` is the row of the last import of the module, ``grown`` that of the code above
    statements that came, which may belong to the block that ended there; 0 if none came.
    """

    filename: str
    move: Move
    imports: int
    grown: int = 0

    def result(self, result: Result, text: str) -> Result:
        """The result of a run over the text that the file has now. Raises :class:`Stays`."""
        lines = (*result.problems, *result.warnings, *result.notes)
        self._look_through(line for line in lines if self.filename in line)
        sources = dict(result.sources)
        if self.filename in sources:
            sources[self.filename] = text
        return replace(
            result,
            diagnostics=self._diagnostics(result.diagnostics),
            held=self._diagnostics(result.held),
            sources=sources,
            stats=replace(result.stats),
        )

    def _diagnostics(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        return [self.diagnostic(one) for one in found]

    def diagnostic(self, one: Diagnostic) -> Diagnostic:
        """What a diagnostic says of the file, or of another one. Raises :class:`Stays`."""
        hops = any(hop.filename == self.filename for hop in one.chain)
        if one.filename != self.filename:
            return replace(one, chain=self._chain(one)) if hops else one
        self._look_through((one.message, *(other.message for other in one.others)))
        near = one.location.row - _NEAR, one.end_location.row + _NEAR
        if NOT_FIXED in one.message and self.move.touches(*near):
            raise Stays  # a comment may be why
        return replace(
            one,
            location=self._location(one.location),
            end_location=self._end(one.location, one.end_location),
            chain=self._chain(one),
            fix=self._fix(one.fix) if one.fix is not None else None,
            others=tuple(map(self._other, one.others)),
        )

    def _chain(self, one: Diagnostic) -> tuple[ShownHop, ...]:
        return tuple(
            replace(hop, location=self._location(hop.location))
            if hop.filename == self.filename
            else hop
            for hop in one.chain
        )

    def _fix(self, fix: Fix) -> Fix:
        is_import = any("import" in edit.content for edit in fix.edits)
        if is_import and self.move.touches(1, self.imports + _NEAR):
            raise Stays  # where an import is put depends on what is around the others
        return replace(fix, edits=tuple(map(self._edit, fix.edits)))

    def _edit(self, edit: Edit) -> Edit:
        first, last = edit.location.row - _NEAR, edit.end_location.row + _NEAR
        if self.move.touches(first, last):
            raise Stays
        start, end = self._location(edit.location), self._location(edit.end_location)
        return replace(edit, location=start, end_location=end)

    def _other(self, other: OtherPlace) -> OtherPlace:
        end = self._end(other.location, other.end_location)
        return replace(other, location=self._location(other.location), end_location=end)

    def _end(self, start: Location, end: Location) -> Location:
        """Where something ends now that is no part of a fix."""
        if start.row < end.row == self.grown:
            raise Stays  # a block that ended there may end further down
        return self._location(end)

    def _location(self, place: Location) -> Location:
        row = self.move.row(place.row)
        if row is None or place.cell:
            raise Stays
        return place if row == place.row else replace(place, row=row)

    def _look_through(self, texts: Iterable[str]) -> None:
        """Words may name a row, and then nobody moves it."""
        if any(_NAMES_A_ROW.search(text) for text in texts):
            raise Stays
