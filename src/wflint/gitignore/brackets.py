"""The brackets of a ``.gitignore`` pattern, read as git reads them: ``[a-z]``, ``[[:digit:]]``.

What git takes for a set of characters is neither what Python's ``re`` nor what ``fnmatch`` takes
for one. So each pair of brackets is taken out before pathspec sees the pattern.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t-\r ",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


class Unending(Exception):
    """Brackets that are never closed, or that name a class that does not exist: nothing matches."""


class Brackets(NamedTuple):
    """A regular expression for one character, and where the brackets end in the pattern."""

    regex: str
    end: int


def read_brackets(pattern: str, start: int) -> Brackets:
    """Return what the brackets that open at ``start`` mean; raises :class:`Unending`."""
    at = start + 1
    negated = pattern[at : at + 1] in ("!", "^")
    at += negated
    parts: list[str] = []
    before = ""  # the character that a range may begin with
    is_first = True
    while is_first or pattern[at : at + 1] != "]":
        is_first = False
        if pattern.startswith("[:", at):
            name, at = _class_name(pattern, at)
            before = "" if name else "["
            parts.append(_CLASSES[name] if name else re.escape("["))
        elif pattern[at : at + 1] == "-" and before and pattern[at + 1 : at + 2] not in ("]", ""):
            last, at = _character(pattern, at + 1)
            if before <= last:
                parts.append(f"{re.escape(before)}-{re.escape(last)}")
            before = ""
        else:
            before, at = _character(pattern, at)
            parts.append(re.escape(before))
    return Brackets(_one_of("".join(parts), negated), at + 1)


def _one_of(characters: str, negated: bool) -> str:
    if not characters:
        return "[^/]" if negated else "(?!)"
    return f"(?!/)[{'^' if negated else ''}{characters}]"


def _character(pattern: str, at: int) -> tuple[str, int]:
    """The character at a place, and where the next one begins."""
    at += pattern[at : at + 1] == "\\"
    if at >= len(pattern):
        raise Unending
    return pattern[at], at + 1


def _class_name(pattern: str, at: int) -> tuple[str, int]:
    """The name in ``[:name:]``, or ``""`` for a plain bracket; and where it ends."""
    end = pattern.find("]", at + 2)
    if end < 0:
        raise Unending
    if end == at + 2 or pattern[end - 1] != ":":
        return "", at + 1
    name = pattern[at + 2 : end - 1]
    if name not in _CLASSES:
        raise Unending
    return name, end + 1
