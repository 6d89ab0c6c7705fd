"""Finds the names of a module that its neighbours take from it, by their text.

Reading every file of a project for that would cost too much, so a name counts as taken when in
doubt.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Set

_COMMENT = re.compile(r"#[^\r\n]*")
_LIST = r"(\((?:#[^\r\n]*|[^)#])*\)|(?:\\\r?\n|[^\r\n])*)"
"""The text after ``import``: names in parentheses, or the rest of the line."""


def taken_from(path: str, names: Set[str], others: Iterable[bytes]) -> set[str]:
    """Those of ``names`` that one of the other files may take from the module in ``path``."""
    module = os.path.basename(path).removesuffix(".py")
    use = re.compile(_word(module) + r"\s*(?:[.,]|\s(?:import|as)\b)")
    wanted = [b"*", *map(os.fsencode, names)]
    taken: set[str] = set()
    for data in others:
        if names - taken and os.fsencode(module) in data and any(name in data for name in wanted):
            text = data.decode("utf-8", "replace")
            taken |= names & _mentioned(module, text, names) if use.search(text) else set()
    return taken


def _mentioned(module: str, text: str, names: Set[str]) -> Set[str]:
    """The names that a text takes from a module, also as ``module.name``; or all of them."""
    word = _word(module)
    found: set[str] = set()
    listed = rf"{_word('from')}\s+(?:[\w.]*\.\s*)?{re.escape(module)}\s+import\b\s*{_LIST}"
    for names_listed in re.findall(listed, text):
        found.update(re.findall(r"\w+|\*", _COMMENT.sub("", names_listed)))
    if "*" in found:
        return names
    for owner in {word, *map(_word, re.findall(rf"{word}\s+as\s+(\w+)", text))}:
        found.update(re.findall(rf"{owner}\s*\.\s*(\w+)", text))
        found.update(re.findall(rf"{owner}\s*,\s*['\"](\w+)", text))  # setattr, patch.object
    return found


def _word(text: str) -> str:
    """A pattern for a text where a word begins, which ``re`` finds faster than one with ``\\b``."""
    return rf"{re.escape(text)}(?<!\w{re.escape(text)})"
