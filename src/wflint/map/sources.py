"""The lines of files that a map shows, and nothing else of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wflint.files.source import Source
from wflint.map.model import Chunk, File, Place
from wflint.report.look import lines_of

AROUND = 2
"""How many lines are shown before and after a place that is no function."""

MOST = 300
"""How many lines of a definition are shown."""


class Sources:
    """Collects the lines that are to be shown."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._cells: dict[str, tuple[tuple[int, int], ...]] = {}
        self._rows: dict[str, set[int]] = {}

    def add(self, filename: str, source: Source, first: int, last: int) -> None:
        """Show some lines of a file, both included; of very many only the first.

        The number of a cell is shown with its first line.
        """
        if filename not in self._texts:
            self._texts[filename] = lines_of(source.text)
            self._cells[filename] = tuple(source.cells)
            self._rows[filename] = set()
            for row, cell in source.cells:
                self._texts[filename][row - 1] = f"# cell {cell}"
        last = min(last, len(self._texts[filename]), first + MOST - 1)
        first -= any(row == first - 1 for row, _ in source.cells)
        self._rows[filename].update(range(max(first, 1), last + 1))

    def around(self, place: Place, source: Source) -> None:
        """Show a place with the lines around it."""
        self.add(place.filename, source, place.row - AROUND, place.row + AROUND)

    def files(self, named: Iterable[str]) -> list[File]:
        """Return the files of some names with what is shown of them, sorted by name."""
        return [
            _file(
                name,
                {row: self._texts[name][row - 1] for row in self._rows.get(name, ())},
                self._cells.get(name, ()),
            )
            for name in sorted({*named, *self._rows})
        ]


def together(files: Iterable[File]) -> list[File]:
    """Return files of several projects, each once and with all that any of them shows."""
    lines: dict[str, dict[int, str]] = {}
    cells: dict[str, tuple[tuple[int, int], ...]] = {}
    for file in files:
        cells[file.name] = file.cells
        shown = lines.setdefault(file.name, {})
        for chunk in file.chunks:
            shown.update(enumerate(chunk.lines, chunk.row))
    return [_file(name, lines[name], cells[name]) for name in sorted(lines)]


def _file(name: str, lines: Mapping[int, str], cells: tuple[tuple[int, int], ...]) -> File:
    return File(name, tuple(_chunks(lines)), (), cells)


def _chunks(lines: Mapping[int, str]) -> Iterable[Chunk]:
    found: list[str] = []
    first = before = 0
    for row in sorted(lines):
        if found and row != before + 1:
            yield Chunk(first, tuple(found))
            found = []
        first = first if found else row
        found.append(lines[row])
        before = row
    if found:
        yield Chunk(first, tuple(found))
