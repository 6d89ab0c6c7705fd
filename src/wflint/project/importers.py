"""Finds the files that import something from certain modules, by their bytes and import lines."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial

from wflint.cache.read_log import found_in
from wflint.facts.model import ModuleFacts
from wflint.facts.relative import absolute_base
from wflint.files.source import with_newlines
from wflint.project.module_index import ModuleIndex

_FROM = re.compile(rb"^[ \t]*from[ \t]+(\.*)[ \t]*([\w.]*)[ \t]+import\b", re.MULTILINE)
_IMPORT = re.compile(rb"^[ \t]*import[ \t]+([\w., \t]+)", re.MULTILINE)
_RELATIVE = b"from ."
"""``from . import name`` does not name the package that it imports from."""


class Importers:
    """Searches files, whose bytes ``read`` gives; what they import is found out once."""

    def __init__(self, index: ModuleIndex, read: Callable[[str], bytes]) -> None:
        self.index = index
        self._read = read
        self._named: dict[str, tuple[str, ...]] = {}

    def of(self, words: Mapping[str, set[str]], files: Iterable[str]) -> Iterator[str]:
        """The files that mention one of ``words`` and import from one of the modules it is in.

        The modules are given by their paths. Only what has the bytes is looked at any closer.
        """
        wanted = [
            (word.encode(), sorted(set().union(*map(self._texts, homes))), homes)
            for word, homes in sorted(words.items())
        ]
        texts = [(word, texts) for word, texts, _ in wanted]
        question = f"importers {texts}"
        for path in files if wanted else ():
            numbers: tuple[int, ...] = ()
            with suppress(OSError):
                numbers = found_in(self._read, path, question, partial(_mentioned, texts))
            near = set[str]().union(*(wanted[number][2] for number in numbers))
            if near and self._imports_from(path, near):
                yield path

    def _texts(self, home: str) -> set[bytes]:
        """Texts of which a file that imports from a module has one."""
        is_package = self.index.name_of(home)[1]
        return {os.fsencode(self._stem(home)), *([_RELATIVE] if is_package else [])}

    def _stem(self, path: str) -> str:
        return self.index.name_of(path)[0].rpartition(".")[2]

    def _imports_from(self, path: str, homes: set[str]) -> bool:
        stems = sorted(map(self._stem, homes))
        if path not in self._named:
            data = with_newlines(self._read(path))
            self._named[path] = tuple(dict.fromkeys(self._modules(path, data)))
        for module in self._named[path]:
            names = (module, *(f"{module}.{stem}" for stem in stems))
            if any(self.index.find(name, path) in homes for name in names):
                return True
        return False

    def _modules(self, path: str, data: bytes) -> Iterator[str]:
        """The modules that the import lines of a file name."""
        here = ModuleFacts(*self.index.name_of(path))
        for dots, named in _FROM.findall(data):
            module = absolute_base(named.decode("utf-8", "replace"), len(dots), here)
            if module:
                yield module
        for names in _IMPORT.findall(data):
            for name in names.decode("utf-8", "replace").split(","):
                if name.strip():
                    yield name.split()[0]


def _mentioned(wanted: Sequence[tuple[bytes, Sequence[bytes]]], data: bytes) -> tuple[int, ...]:
    """Return the numbers of the words that stand in a file which has one of their texts as well."""
    data = with_newlines(data)
    found = ((word in data and any(map(data.__contains__, texts))) for word, texts in wanted)
    return tuple(number for number, is_there in enumerate(found) if is_there)
