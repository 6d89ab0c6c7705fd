"""Type parameters (PEP 695), written so that a Python before 3.12 can parse them.

They are by far the most frequent syntax that the running Python may be too old for. They say
nothing about what code does, so they are blanked out; every character stays at its place.
"""

from __future__ import annotations

import re

_LINE = r"(?:^|(?<=\r))"
_DEFINITION = re.compile(
    rf"{_LINE}[ \t]*(?:class|(?:async[ \t]+)?def)[ \t]+\w+[ \t]*(?=\[)", re.MULTILINE
)
_HEADER = re.compile(r"(?:class|(?:async[ \t]+)?def)[ \t]+\w+[ \t]*(?=\[)")
_ALIAS = re.compile(rf"{_LINE}([ \t]*)type([ \t]+)(\w+)(?=[ \t]*[\[=])", re.MULTILINE)


def without_type_parameters(text: str) -> str:
    """The text with spaces for ``[T]`` behind class and function names, and without ``type``."""
    parts: list[str] = []
    at = 0
    for match in _DEFINITION.finditer(text):
        if match.start() < at:
            continue
        end = _closing_bracket(text, match.end())
        parts += (text[at : match.end()], re.sub(r"[^\r\n]", " ", text[match.end() : end]))
        at = end
    parts.append(text[at:])
    return _ALIAS.sub(_plain_assignment, "".join(parts))


def _plain_assignment(match: re.Match[str]) -> str:
    """``type Name = ...`` becomes ``Name = ...`` of the same length."""
    indent, space, name = match.groups()
    return f"{indent}{name}{' ' * (len('type') + len(space))}"


def _closing_bracket(text: str, start: int) -> int:
    """The offset behind the bracket that closes the one at ``start``."""
    depth = 0
    for match in re.compile(r"[\[\]]").finditer(text, start):
        depth += 1 if match.group() == "[" else -1
        if depth == 0:
            return match.end()
    return start


def type_parameters(text: str, start: int) -> list[tuple[str, str]]:
    """The type parameters of the ``class`` or ``def`` at an offset, each with its bound or ``""``.

    None for definitions in the older style.
    """
    match = _HEADER.match(text, start)
    if match is None:
        return []
    inner = text[match.end() + 1 : _closing_bracket(text, match.end()) - 1]
    found: list[tuple[str, str]] = []
    for part in _split(inner):
        name, _, bound = part.partition("=")[0].partition(":")
        if name.strip(" *\t\r\n").isidentifier():
            found.append((name.strip(" *\t\r\n"), bound.strip()))
    return found


def _split(text: str) -> list[str]:
    """The parts between the commas outside of brackets."""
    parts, depth, at = [], 0, 0
    for number, char in enumerate(text):
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(text[at:number])
            at = number + 1
    return [*parts, text[at:]]
