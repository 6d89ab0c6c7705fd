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
    taken: set[str] = set()
    for data in others:
        if os.fsencode(module) in data and names - taken:
            taken |= names & _mentioned(module, data.decode("utf-8", "replace"), names)
    return taken


def _mentioned(module: str, text: str, names: Set[str]) -> Set[str]:
    """The names that a text takes from a module, also as ``module.name``; or all of them."""
    word = re.escape(module)
    found: set[str] = set()
    for listed in re.findall(rf"\bfrom\s+(?:[\w.]*\.\s*)?{word}\s+import\b\s*{_LIST}", text):
        found.update(re.findall(r"\w+|\*", _COMMENT.sub("", listed)))
    if "*" in found:
        return names
    owners = "|".join([word, *re.findall(rf"\b{word}\s+as\s+(\w+)", text)])
    found.update(re.findall(rf"\b(?:{owners})\s*\.\s*(\w+)", text))
    found.update(re.findall(rf"\b(?:{owners})\s*,\s*['\"](\w+)", text))  # setattr, patch.object
    return found
