"""The data converter that a program uses, as far as its files tell.

Clients are given a data converter, or a plugin that sets one. Whoever sets one names it: files in
which no such word stands leave the SDK's own. A library around the SDK may set one as well, for the
clients that it makes or the options that it gives. A neighbour in the same repository has settings
of its own: what counts for a definition is said in its own part, the nearest folder around it in
which a client is made, in files that name the definition, and in what these import.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import cached_property

from wflint.facts.ids import Fn
from wflint.inference.resolver import Resolver
from wflint.project.import_closures import ImportClosures

_TELLS = re.compile(r"data_?converter|payload_?(?:converter|codec)|plugin", re.IGNORECASE)
_CONNECTS = re.compile(r"\bClient(?:\.connect)?\(|\bconnect\(")
_OPEN = re.compile(r"\bconnect\([^()]*\*\*\s*[\w.]+\(")
"""Matches a client whose options come from a call."""

_LIBRARY = re.compile(r"^[ \t]*(?:from|import)[ \t]+((?!temporalio\b)\w*temporal[\w.]*)", re.M)
"""Matches imports of modules that may wrap the SDK, clients included."""

_WORD = re.compile(r"\w+")
_SETS_UP = re.compile(r"\bClient(?:\.connect)?\(|\bWorker\(|\bconnect\(")


class Converters:
    """Answers for one program; ``named`` are its files that name Temporal."""

    def __init__(self, resolver: Resolver, named: Iterable[str], root: str) -> None:
        self._resolver = resolver
        self._store = resolver.store
        self._named = named
        self._root = root
        self._known: dict[Fn, bool] = {}
        self._parts: dict[str, frozenset[str]] = {}

    def is_default(self, fn: Fn) -> bool:
        """True if nothing tells of another converter than the SDK's own for a definition."""
        if fn not in self._known:
            self._known[fn] = self._telling.isdisjoint(self._around(fn))
        return self._known[fn]

    @cached_property
    def _texts(self) -> dict[str, str]:
        return {path: self._store.text(path) for path in self._named}

    @cached_property
    def _closures(self) -> ImportClosures:
        return ImportClosures(self._store, self._resolver.index, self._texts)

    @cached_property
    def _telling(self) -> frozenset[str]:
        """The files that may set a converter."""
        return frozenset(path for path, text in self._texts.items() if self._tells(path, text))

    def _tells(self, path: str, text: str) -> bool:
        if _TELLS.search(text) or _OPEN.search(text):
            return True
        modules = (found[1] for found in _LIBRARY.finditer(text))
        return any(self._resolver.index.find(module, path) is None for module in modules)

    def _around(self, fn: Fn) -> frozenset[str]:
        """Return the files that may say something about a definition."""
        if not self._telling:
            return frozenset()
        own = self._part(os.path.dirname(fn.path))
        name = fn.qualname.partition(".")[0]
        naming = {path for path, words in self._setting_up.items() if name in words}
        return own | self._closures.of(naming | (own & self._setting_up.keys()))

    @cached_property
    def _setting_up(self) -> dict[str, frozenset[str]]:
        """The words of the files that make a client or a Worker."""
        texts = ((path, text) for path, text in self._texts.items() if _SETS_UP.search(text))
        return {path: frozenset(_WORD.findall(text)) for path, text in texts}

    @cached_property
    def _clients(self) -> list[str]:
        return [path for path in self._setting_up if _CONNECTS.search(self._texts[path])]

    def _part(self, folder: str) -> frozenset[str]:
        """Return the files of the nearest folder in which a client is made, or all files."""
        if folder not in self._parts:
            self._parts[folder] = self._nearest(folder)
        return self._parts[folder]

    def _nearest(self, folder: str) -> frozenset[str]:
        while len(folder) > len(self._root):
            inside = folder + os.sep
            if any(client.startswith(inside) for client in self._clients):
                return frozenset(p for p in self._texts if p.startswith(inside))
            folder = os.path.dirname(folder)
        return frozenset(self._texts)
