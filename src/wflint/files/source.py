"""Source text: bytes to text, and offsets to lines and columns.

An *offset* counts characters from the start of the text; a byte order mark is not part of the text.
Lines end at ``\\n``, ``\\r\\n`` and ``\\r``, as Python's own tokenizer has it.
"""

from __future__ import annotations

import bisect
import io
import re
from array import array
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, AnyStr

from wflint.diagnostics import Location
from wflint.files.notebook import cell_starts, is_notebook

if TYPE_CHECKING:
    import ast

_LINE_END = re.compile(r"\r\n|\r|\n")
_GLOBAL = re.compile(r"(?:^|[\r\n])[ \t\f]*global\b([^\r\n]*)")
_WORD = re.compile(r"\w+")
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=]", re.MULTILINE)
BOM = b"\xef\xbb\xbf"


TOO_DEEP = "the code is nested too deeply to be analysed"


class UnreadableSource(Exception):
    """The text cannot be had or understood: ``message`` says why, ``row`` (1-based) where."""

    def __init__(self, message: str, row: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.row = row
        self.column = column


class Source:
    """The text of one file, and its ``ast`` where that is kept for those who ask later.

    ``cells`` has the row before each cell of a notebook, and the number of the cell.
    """

    def __init__(self, text: str, cells: Sequence[tuple[int, int]] = ()) -> None:
        self.text = text
        self.cells = cells
        self.tree: ast.Module | None = None
        self.refused: Exception | None = None  # why it has none, for those who ask again
        self._starts: array[int] | None = None
        self._has: dict[re.Pattern[str], bool] = {}

    @cached_property
    def declared_global(self) -> frozenset[str]:
        """The names that functions declare as ``global``, and so may give another value."""
        lines = _GLOBAL.findall(self.text)
        return frozenset(word for line in lines for word in _WORD.findall(line))

    @cached_property
    def words(self) -> frozenset[str]:
        """All words of the text, those in comments and texts included."""
        return frozenset(_WORD.findall(self.text))

    def has(self, pattern: re.Pattern[str]) -> bool:
        """True if a pattern has a match in :attr:`searchable`, which is searched once for it."""
        if pattern not in self._has:
            self._has[pattern] = pattern.search(self.searchable) is not None
        return self._has[pattern]

    @cached_property
    def searchable(self) -> str:
        """The text as :func:`with_newlines` gives it, for patterns that look for lines."""
        return with_newlines(self.text)

    @cached_property
    def newline(self) -> str:
        """The end of its lines: that of the first one."""
        match = _LINE_END.search(self.text)
        return match.group() if match else "\n"

    @property
    def line_starts(self) -> array[int]:
        """The offset at which each line starts."""
        if self._starts is None:  # an array: there may be a million lines
            self._starts = array("q", _line_starts(self.text))
        return self._starts

    def row(self, offset: int) -> int:
        """The 1-based line of an offset."""
        return bisect.bisect_right(self.line_starts, offset)

    def location(self, offset: int) -> Location:
        """The 1-based line and the 1-based column in characters of an offset."""
        row = self.row(offset)
        return self.place(row, offset - self.line_starts[row - 1] + 1)

    def place(self, row: int, column: int) -> Location:
        """The location of a 1-based row and column, with the cell that it is in."""
        before = bisect.bisect_right(self.cells, (row, 0)) if self.cells else 0
        if not before:
            return Location(row, column)
        above, cell = self.cells[before - 1]
        return Location(row, column, cell, above)

    def line(self, row: int) -> str:
        """The text of a 1-based line, without its end."""
        starts = self.line_starts
        if not 1 <= row <= len(starts):
            return ""
        end = starts[row] if row < len(starts) else len(self.text)
        return self.text[starts[row - 1] : end].rstrip("\r\n")

    def offset(self, row: int, byte_column: int) -> int:
        """The offset of a 1-based line and a 0-based column in UTF-8 bytes (as ``ast`` counts)."""
        start = self.line_starts[row - 1]
        line = self.text[start : start + byte_column]
        if line.isascii():
            return start + byte_column
        encoded = line.encode("utf-8", "surrogatepass")[:byte_column]
        return start + len(encoded.decode("utf-8", "ignore"))


def _line_starts(text: str) -> Iterator[int]:
    yield 0
    if "\r" in text:
        yield from (match.end() for match in _LINE_END.finditer(text))
    else:  # several times as fast
        yield from accumulate(len(line) + 1 for line in text.split("\n")[:-1])


def with_newlines(text: AnyStr) -> AnyStr:
    """Return a text in which ``\\n`` stands for each ``\\r``; every character stays at its place.

    ``^``, ``.`` and ``"\\n"`` of patterns then mean lines, whatever ends these.
    """
    if isinstance(text, bytes):
        return text.replace(b"\r", b"\n") if b"\r" in text else text
    return text.replace("\r", "\n") if "\r" in text else text


def decode_file(data: bytes, path: str) -> Source:
    """Decode the bytes of a file as :func:`decode` does; those of a notebook are a module."""
    source = decode(data)
    return Source(source.text, cell_starts(source.text)) if is_notebook(path) else source


def place_in_notebook(data: bytes, place: Location) -> Location:
    """The same place in a notebook, read as a module that cannot be decoded, with its cell."""
    return Source("", cell_starts(data.decode("utf-8", "replace"))).place(place.row, place.column)


def decode(data: bytes) -> Source:
    """Decode the bytes of a Python file by its byte order mark, its coding cookie, or as UTF-8.

    Raises :class:`UnreadableSource` if the encoding is unknown or the bytes do not fit it, and for
    NUL bytes, which Python refuses.
    """
    if b"\0" in data:
        raise UnreadableSource("the file contains a NUL byte", _row(data, data.index(b"\0")))
    encoding = declared_encoding(data)
    body = data[3:] if data.startswith(BOM) else data
    try:
        return Source(body.decode(encoding))
    except UnicodeDecodeError as error:
        why = f"the file is not valid {error.encoding}: byte 0x{body[error.start]:02x}"
        raise UnreadableSource(why, _row(body, error.start)) from None
    except (LookupError, UnicodeError, ValueError):
        raise UnreadableSource(f"the file cannot be decoded as {encoding}") from None


def _row(data: bytes, at: int) -> int:
    return len(re.findall(rb"\r\n|\r|\n", data[:at])) + 1


def declared_encoding(data: bytes) -> str:
    """The encoding that a coding cookie names, else UTF-8."""
    head = _head(data)
    if not _COOKIE.search(head):
        return "utf-8"
    import tokenize

    # Comments beside the cookie may be in its encoding, for which `tokenize` has no understanding.
    bom = BOM if head.startswith(BOM) else b""
    lines = bom + re.sub(rb"[\x80-\xff]", b"?", head.removeprefix(BOM)) + b"\n"
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(lines).readline)
    except SyntaxError as error:
        raise UnreadableSource(f"bad coding cookie: {error.msg}") from None
    return "utf-8" if encoding == "utf-8-sig" else encoding


def has_cookie(data: bytes) -> bool:
    """True if a file names its encoding itself."""
    return _COOKIE.search(_head(data)) is not None


def _head(data: bytes) -> bytes:
    """The two lines in which a coding cookie may stand."""
    return b"\n".join(re.split(rb"\r\n?|\n", data, maxsplit=2)[:2])
