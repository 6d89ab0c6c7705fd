"""Patterns of ``match`` that LibCST would read for ever: its time doubles with each bracket."""

from __future__ import annotations

import re

from wflint.files.source import with_newlines

_CASE = re.compile(r"^[ \t]*case\b", re.MULTILINE)
_TOKEN = re.compile(
    r"""\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\#[^\n]*|[()\[\]{}:\n]""",
    re.DOTALL,
)
_WEIGHTS = {"(": 1, "[": 1, "{": 2}
_CLOSED_BY = {")": 1, "]": 1, "}": 2}
_MOST = 12
_ABSURD = 200


def has_deep_patterns(text: str) -> bool:
    """True if a pattern in a text is nested more deeply than LibCST can read in a moment."""
    if "case" not in text:
        return False
    lines = with_newlines(text)
    return any(_is_deep(lines, case.end()) for case in _CASE.finditer(lines))


def _is_deep(text: str, start: int) -> bool:
    """True of a pattern, which ends with a colon; a name ``case`` is followed by none."""
    deepest = weight = 0
    for token in _TOKEN.finditer(text, start):
        found = token[0]
        weight += _WEIGHTS.get(found, 0) - _CLOSED_BY.get(found, 0)
        deepest = max(deepest, weight)
        if deepest > _ABSURD:
            return True
        if weight <= 0 and found in (":", "\n"):
            return found == ":" and deepest > _MOST
    return False
