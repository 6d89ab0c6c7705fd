"""Makes a ``GitIgnoreSpec`` whose patterns cost what their length and that of a path cost.

A pattern with many stars is a regular expression that tries all ways to share a path among them.
It is enough to try the first place where the text behind a star is found: what comes later has the
more left to be found in. So all wildcards but the last one of a part keep what they have found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from wflint.gitignore.brackets import Unending, read_brackets

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_STAR, _DEEP, _TOP = "[^/]*", "(?:/.+)?", "(?:.+/)?"
_LAZY = {_STAR: "[^/]*?", _DEEP: "(?:/.+?)??", _TOP: "(?:.+?/)??"}
_TOKEN = re.compile(
    r"(?P<wild>\[\^/\]\*|\(\?:/\.\+\)\?|\(\?:\.\+/\)\?)|\\.|\[\^?\]?[^\]]*\]|(?P<end>\()|.",
    re.DOTALL,
)


def ignore_spec(lines: Iterable[str]) -> GitIgnoreSpec:
    """Return what lines of a ``.gitignore`` say. Those that git can make nothing of say nothing."""
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec([pattern for line in lines for pattern in _patterns(line)])


def is_pattern(line: str) -> bool:
    """False for what is meant to be a pattern, and can match nothing at all."""
    return not line.strip() or any(p.include is not None for p in _patterns(line))


def _patterns(line: str) -> Iterator[Any]:
    """The pattern that a line has, if it has one."""
    from pathspec import GitIgnoreSpec

    try:
        line, brackets = _without_brackets(line)
        (pattern,) = GitIgnoreSpec.from_lines([line]).patterns
    except (Unending, ValueError):
        return
    regex = getattr(pattern, "regex", None)
    if regex is not None:
        text = without_backtracking(regex.pattern)
        for stand_in, meant in brackets.items():
            text = text.replace(stand_in, meant)
        pattern.regex = re.compile(text)
    yield pattern


def _without_brackets(line: str) -> tuple[str, dict[str, str]]:
    """A pattern with a character in the place of each pair of brackets, and what that means."""
    parts: list[str] = []
    brackets: dict[str, str] = {}
    stand_ins = (char for char in map(chr, range(0xF0000, 0x10FFFE)) if char not in line)
    has_slash = False
    at = 0
    while at < len(line):
        if line[at] == "[":
            found = read_brackets(line, at)
            has_slash |= "/" in line[at : found.end]
            parts.append(next(stand_ins))
            brackets[parts[-1]] = found.regex
            at = found.end
        else:
            length = 2 if line[at] == "\\" else 1
            parts.append(line[at : at + length])
            at += length
    if has_slash and not line.startswith(("/", "!/")):
        parts.insert(line.startswith("!"), "/")  # a pattern with a slash is anchored
    return "".join(parts), brackets


def without_backtracking(regex: str) -> str:
    """Return an expression of pathspec's that matches the same, but tries each place once."""
    tokens: list[str] = []
    tail = ""
    for found in _TOKEN.finditer(regex):
        if found["end"]:  # what may follow the path; what is written there is escaped
            tail = regex[found.start() :]
            break
        tokens.append(found[0])
    if sum(token in _LAZY for token in tokens) < 2:
        return regex
    numbers = iter(range(len(tokens)))
    parts: list[str] = []
    for wild, segments in _split(tokens, (_DEEP, _TOP)):
        names = "".join(_in_segment(segment, numbers) for segment in _segments(segments))
        parts += [wild, names]
    return _kept(parts, "(?=/)", numbers) + tail


def _in_segment(segment: list[str], numbers: Iterator[int]) -> str:
    """Return the expression for one name of a path."""
    parts: list[str] = []
    for wild, text in _split(segment, (_STAR,)):
        if wild and parts and not parts[-1]:  # several stars side by side
            del parts[-2:]
        if not wild and not text:
            continue
        parts += [wild, "".join(text)]
    return _kept(parts, "", numbers)


def _kept(parts: list[str], behind: str, numbers: Iterator[int]) -> str:
    """Return pairs of a wildcard and what follows; all but the last keep what they have found."""
    found: list[str] = []
    for number in range(0, len(parts), 2):
        wild, text = parts[number : number + 2]
        if wild and number + 2 < len(parts):
            name = f"w{next(numbers)}"
            found.append(f"(?=(?P<{name}>{_LAZY[wild]}{text}{behind}))(?P={name})")
        else:
            found.append(wild + text)
    return "".join(found)


def _split(tokens: list[str], wilds: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    """Yield each wildcard with what follows it; first what stands before all of them."""
    wild, rest = "", list[str]()
    for token in tokens:
        if token in wilds:
            yield wild, rest
            wild, rest = token, []
        else:
            rest.append(token)
    yield wild, rest


def _segments(tokens: list[str]) -> Iterator[list[str]]:
    """Yield the names of a path, and the slashes between them."""
    rest: list[str] = []
    for token in tokens:
        if token == "/":
            yield from (rest, [token])
            rest = []
        else:
            rest.append(token)
    yield rest
