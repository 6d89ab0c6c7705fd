"""Places in texts, as wflint counts them and as editors do.

wflint counts rows and columns from 1, in characters; editors from 0, in units of the encoding that
they have agreed on with the server.
"""

from __future__ import annotations

from lsprotocol import types

from wflint.diagnostics import Location
from wflint.files.source import Source

UTF_8, UTF_16, UTF_32 = "utf-8", "utf-16", "utf-32"


class Positions:
    """The places in one text, for an editor that counts in an encoding."""

    def __init__(self, text: str, encoding: str) -> None:
        self.source = Source(text)
        self._encoding = encoding

    def position(self, place: Location) -> types.Position:
        """Return a place as the editor counts; one that is not in the text is its nearest one."""
        rows = len(self.source.line_starts)
        if place.row > rows:
            return self.position(Location(rows, len(self.source.line(rows)) + 1))
        before = self.source.line(place.row)[: place.column - 1]
        return types.Position(place.row - 1, self._units(before))

    def range(self, start: Location, end: Location) -> types.Range:
        """Return the text between two places as the editor counts."""
        return types.Range(self.position(start), self.position(end))

    def range_of(self, start: int, end: int) -> types.Range:
        """Return the text between two offsets as the editor counts."""
        return self.range(self.source.location(start), self.source.location(end))

    def location(self, position: types.Position) -> Location:
        """Return a place as wflint counts. A part of a character counts as the whole of it."""
        line = self.source.line(position.line + 1)
        column, units = 0, 0
        while column < len(line) and units < position.character:
            units += self._units(line[column])
            column += 1
        return Location(position.line + 1, column + 1)

    def offset(self, position: types.Position) -> int:
        """Return the offset of a place, which is the end of the text for one behind it."""
        place = self.location(position)
        starts = self.source.line_starts
        if place.row > len(starts):
            return len(self.source.text)
        return starts[place.row - 1] + place.column - 1

    def _units(self, text: str) -> int:
        if text.isascii() or self._encoding == UTF_32:
            return len(text)
        if self._encoding == UTF_8:
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
