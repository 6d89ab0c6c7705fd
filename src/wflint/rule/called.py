"""What a text seems to call, told without parsing it.

Rules about any code look at the texts of whole files and of single functions. Most have none of the
words that they are about; all rules share one search for the words, which is much quicker than a
regular expression for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

_CALLED = re.compile(r"\(\s*(\w+)")
"""A word before a bracket, in a text from its end: there it begins with a fixed character."""


class CalledWord(NamedTuple):
    """A word before a bracket, where it begins, and the offset behind the bracket."""

    word: str
    start: int
    inside: int


def last_words(names: Iterable[str]) -> frozenset[str]:
    """Return the last words of dotted names: what stands before the brackets of their calls."""
    return frozenset(name.rpartition(".")[2] for name in names)


@lru_cache(maxsize=4)
def called_words(text: str) -> frozenset[str]:
    """Return the words before brackets in a text."""
    return frozenset(word[::-1] for word in set(_CALLED.findall(text[::-1])))


def calls_of(text: str, words: frozenset[str]) -> Iterator[CalledWord]:
    """Yield the calls in a text that seem to be of some words."""
    for word in sorted(words & called_words(text)):
        for found in re.finditer(rf"{word}\s*\(", text):
            start = found.start()
            before = text[start - 1 : start]
            if not (before.isalnum() or before == "_"):
                yield CalledWord(word, start, found.end())
