"""The tokens of a text, alike with every version of Python."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator

from msgspec import Struct

LAYOUT = frozenset({tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER})
"""Tokens that only say how the code is laid out."""

_STARTS = {getattr(tokenize, f"{kind}STRING_START", -1) for kind in "FT"} - {-1}
_ENDS = {getattr(tokenize, f"{kind}STRING_END", -1) for kind in "FT"} - {-1}

Place = tuple[int, int]
"""A row, counted from 1, and a column, counted from 0."""


class Token(Struct, frozen=True):
    """A token; ``type`` is one of :mod:`tokenize`."""

    type: int
    text: str
    start: Place
    end: Place


def plain_lines(text: str) -> list[str]:
    """Return the lines of a text, however they end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def tokens(lines: list[str], first: int = 1) -> Iterator[Token]:
    """Yield the tokens of the lines of a text, up to the first error; ``first`` is their first row.

    A string with expressions in it is one token, in which newer versions of Python see several.
    """
    begun: list[Place] = []
    before = first - 1
    try:
        for token in tokenize.generate_tokens(io.StringIO("\n".join(lines)).readline):
            if token.type in _STARTS:
                begun.append(token.start)
            elif token.type in _ENDS:
                start = begun.pop()
                if not begun:
                    whole = _between(lines, start, token.end)
                    yield Token(tokenize.STRING, whole, _at(start, before), _at(token.end, before))
            elif not begun:
                start, end = token.start, token.end
                yield Token(token.type, token.string, _at(start, before), _at(end, before))
    except (tokenize.TokenError, SyntaxError, ValueError, IndexError):
        return


def _at(place: Place, before: int) -> Place:
    return (place[0] + before, place[1]) if before else place


def _between(lines: list[str], start: Place, end: Place) -> str:
    rows = lines[start[0] - 1 : end[0]]
    rows[-1] = rows[-1][: end[1]]
    rows[0] = rows[0][start[1] :]
    return "\n".join(rows)
