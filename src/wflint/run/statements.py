"""The statements of a file as text, alike however they are laid out.

A finding is recognised by its statement. So a formatter may wrap lines, change quotes or add the
last comma, and comments may come and go. The text is the same with every version of Python.
"""

from __future__ import annotations

import keyword
import tokenize
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from wflint.checking.analysis import AnalysisResult
from wflint.diagnostics import SYNTAX_ERROR, Diagnostic, Location, OtherPlace
from wflint.project.module import Module
from wflint.run.emit import Emitter, Found
from wflint.syntax.tokens import LAYOUT, Place, plain_lines, tokens
from wflint.system.hashing import blake2b
from wflint.wording import on_one_line

LONGEST = 200
"""Characters; of a longer statement only the offending expression is taken."""

_SHORTENED = 120
_WHOLE = -1
"""Stands for the whole text, in place of the number of a function."""

_NO_SPACE_AFTER = frozenset("([{.~")
_NO_SPACE_BEFORE = frozenset(")]},.:;")
_CLOSING = frozenset(")]}")
_UNARY = frozenset({"*", "**", "-", "+"})
_BEFORE_UNARY = frozenset("([{,=:-+*/") | {
    "**",
    "//",
    "return",
    "yield",
    "await",
    "in",
    "and",
    "or",
}


class _Piece(Struct):
    text: str
    start: Place
    end: Place
    is_word: bool = False
    is_string: bool = False
    is_unary: bool = False


def bare(diagnostic: Diagnostic) -> Diagnostic:
    """Return what a diagnostic is recognised by, and where it is."""
    return replace(diagnostic, chain=(), fix=None, message="")


def with_statements(
    found: Iterable[Found], answer: AnalysisResult, emitter: Emitter
) -> list[Diagnostic]:
    """Return the diagnostics with the places that they speak for, and their statements.

    One file after the other is taken apart, and of that the functions that are spoken of: the parts
    take a hundred times the room of the text.
    """
    found = list(found)
    numbers: dict[str, list[int]] = {}
    for number, one in enumerate(found):
        numbers.setdefault(one.path, []).append(number)
    added: dict[int, Diagnostic] = {}
    for path, own in numbers.items():
        module = answer.store.load(path)
        statements = Statements(module.source.text, _functions(module))
        added.update((number, _with_places(found[number], statements, emitter)) for number in own)
    return [added[number] for number in range(len(found))]


def _functions(module: Module) -> list[range]:
    """Return the rows of functions and methods: each can be taken apart alone."""
    heads = (h for h in module.facts.functions.values() if not h.name.startswith("<lambda>"))
    row_of = module.source.row
    return sorted((range(row_of(h.start), row_of(h.end) + 1) for h in heads), key=_first)


def _first(rows: range) -> int:
    return rows.start


def _with_places(one: Found, of: Statements, emitter: Emitter) -> Diagnostic:
    if one.diagnostic.code == SYNTAX_ERROR:
        row = one.diagnostic.location.row
        return replace(one.diagnostic, statements=(rows_as_text(of.lines, row, row),))
    places = list(emitter.places(one))
    statements = tuple(of.text_at(*ends) for ends in places)
    if one.hit is None or not one.hit.others:
        return replace(one.diagnostic, statements=statements)
    # What follows the message of a hit is about all places, such as why there is no fix.
    rest = one.diagnostic.message.removeprefix(one.hit.message)
    messages = [message for _, (message, *_) in sorted(one.hit.others.items())]
    others = tuple(
        OtherPlace(*ends, message + rest)
        for ends, message in zip(places[1:], messages, strict=True)
    )
    return replace(one.diagnostic, statements=statements, others=others)


def rows_as_text(lines: Sequence[str], first: int, last: int) -> str:
    """Return some rows, counted from 1, in place of a statement that is not known."""
    return _shortened(on_one_line(" ".join(lines[first - 1 : last])))


class Statements:
    """The statements of a text. ``functions`` are rows that can be read without all others."""

    def __init__(self, text: str, functions: Sequence[range] = ()) -> None:
        self.lines = plain_lines(text)
        self._functions = functions
        self._parts: dict[int, _Part] = {}

    def _part(self, row: int) -> _Part:
        """Return what is taken apart for a row: the function around it, or the whole text."""
        at = bisect_right(self._functions, row, key=_first) - 1
        rows = self._functions[at] if at >= 0 and row in self._functions[at] else None
        if rows is None or _WHOLE in self._parts:
            at, rows = _WHOLE, range(1, len(self.lines) + 1)
        if at not in self._parts:
            self._parts[at] = _Part(self.lines[rows.start - 1 : rows.stop - 1], rows.start)
        return self._parts[at]

    def text_at(self, start: Location, end: Location) -> str:
        """Return the statement in which something begins, or the comment that it is in."""
        first, last = (start.row, start.column - 1), (end.row, end.column - 1)
        part = self._part(start.row)
        comment = part.comments.get(start.row)
        if comment is not None and comment.start <= first:
            return _shortened(on_one_line(comment.text))
        pieces = part.around(first)
        if not pieces:
            return rows_as_text(self.lines, start.row, end.row)
        whole = _written(pieces)
        if len(whole) <= LONGEST:
            return whole
        inside = [p for p in pieces if first <= p.start < last]
        return _shortened(_written(inside) if inside else whole)


class _Part:
    """A part of a text that is taken apart; ``first`` is the row in which it begins."""

    def __init__(self, lines: list[str], first: int) -> None:
        self.comments: dict[int, _Piece] = {}
        self._rows: list[int] = []
        self._statements: list[list[_Piece]] = []
        for pieces in self._read(lines, first):
            if pieces:
                self._rows.append(pieces[0].start[0])
                self._statements.append(pieces)

    def around(self, place: Place) -> list[_Piece]:
        """Return the pieces of the statement that a place is in."""
        number = bisect_right(self._rows, place[0]) - 1
        pieces = self._statements[number] if number >= 0 else []
        return pieces if pieces and place <= pieces[-1].end else []

    def _read(self, lines: list[str], first: int) -> Iterator[list[_Piece]]:
        pieces: list[_Piece] = []
        for token in tokens(lines, first):
            if token.type in LAYOUT:
                continue
            if token.type == tokenize.COMMENT:
                self.comments[token.start[0]] = _Piece(token.text, token.start, token.end)
            elif token.type == tokenize.NEWLINE:
                yield pieces
                pieces = []
            elif token.type == tokenize.STRING:
                pieces.append(_string(token.text, token.start, token.end))
            else:
                is_word = token.type == tokenize.NAME and not keyword.iskeyword(token.text)
                pieces.append(_Piece(token.text, token.start, token.end, is_word))
        yield pieces


def _string(text: str, start: Place, end: Place) -> _Piece:
    """A string in double quotes, where that needs no other change."""
    prefix, quote, body = text.partition("'")
    if quote and prefix.isalpha() | (not prefix) and not body.startswith("''"):
        inner = body[:-1]
        if not {'"', "'", "\\"} & set(inner):
            text = f'{prefix}"{inner}"'
    return _Piece(" ".join(text.split()), start, end, is_string=True)


def _written(pieces: Iterable[_Piece]) -> str:
    """Code with the same spaces and commas however it was laid out."""
    found = list(pieces)
    parts: list[str] = []
    before: _Piece | None = None
    depth = 0
    for number, piece in enumerate(found):
        after = found[number + 1].text if number + 1 < len(found) else ""
        if piece.text == "," and after in _CLOSING and after:
            continue
        piece.is_unary = piece.text in _UNARY and (
            before is None or (before.text in _BEFORE_UNARY and not before.is_string)
        )
        if before is not None and _has_space(before, piece, depth):
            parts.append(" ")
        parts.append(piece.text)
        if not piece.is_string and piece.text in ("(", "[", "{"):
            depth += 1
        elif not piece.is_string and piece.text in _CLOSING:
            depth -= 1
        before = piece
    return "".join(parts)


def _has_space(before: _Piece, piece: _Piece, depth: int) -> bool:
    if before.text in _NO_SPACE_AFTER or piece.text in _NO_SPACE_BEFORE or before.text == "@":
        return False
    if depth and "=" in (before.text, piece.text):
        return False
    if before.is_unary:
        return False
    if piece.is_string and before.is_word and before.end == piece.start:
        return False  # the prefix of a string that this Python does not know
    follows = before.is_word or before.is_string or before.text in _CLOSING
    return not (piece.text in ("(", "[") and follows)


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
    return f"{text[:_SHORTENED]}... ({digest})"
