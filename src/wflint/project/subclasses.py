"""The files in which a class has a base of some name, told from their text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property

from wflint.cache.read_log import found_in
from wflint.files.source import with_newlines

_CLASS = re.compile(rb"^[ \t]*class\s+\w+\s*(?:\[[^\]]*\]\s*)?\(([^)]*)\)", re.MULTILINE)
_NAME = re.compile(rb"[^\W\d]\w*")


class Subclasses:
    """Finds the files that may derive from a class; each is read once, and only if it is asked."""

    def __init__(self, files: Iterable[str], read: Callable[[str], bytes]) -> None:
        self._files = list(files)
        self._read = read

    def of(self, word: str) -> list[str]:
        """The files with a class that names ``word`` among its bases, in order."""
        return self._by_word.get(word.encode(errors="surrogatepass"), [])

    @cached_property
    def _by_word(self) -> dict[bytes, list[str]]:
        found: dict[bytes, list[str]] = {}
        for path in self._files:
            try:
                words = found_in(self._read, path, "names of bases", _names_of_bases)
            except OSError:
                continue
            for word in words:
                found.setdefault(word, []).append(path)
        return found


def _names_of_bases(data: bytes) -> frozenset[bytes]:
    bases = _CLASS.findall(with_newlines(data))
    return frozenset(word for one in bases for word in _NAME.findall(one))
