"""The data converter that a program uses, as far as its files tell.

Clients are given a data converter, or a plugin that sets one. Whoever sets one names it: files in
which no such word stands leave the SDK's own. A neighbour in the same repository has settings of
its own: what counts for a definition is said in its own part, the nearest folder around it in which
a client is made, in files that name the definition, and in what these import.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import cached_property

from wflint.facts.ids import Fn
from wflint.inference.resolver import Resolver

_TELLS = re.compile(r"data_?converter|payload_?(?:converter|codec)|plugin", re.IGNORECASE)
_CONNECTS = re.compile(r"\bClient(?:\.connect)?\(|\bconnect\(")
_SETS_UP = re.compile(r"\bClient(?:\.connect)?\(|\bWorker\(|\bconnect\(")


class Converters:
    """Answers for one program; ``named`` are its files that name Temporal."""

    def __init__(self, resolver: Resolver, named: Iterable[str], root: str) -> None:
        self._resolver = resolver
        self._store = resolver.store
        self._named = named
        self._root = root
        self._known: dict[Fn, bool] = {}

    def is_default(self, fn: Fn) -> bool:
        """True if nothing tells of another converter than the SDK's own for a definition."""
        if fn not in self._known:
            self._known[fn] = self._telling.isdisjoint(self._around(fn))
        return self._known[fn]

    @cached_property
    def _texts(self) -> dict[str, str]:
        return {path: self._store.text(path) for path in self._named}

    @cached_property
    def _telling(self) -> frozenset[str]:
        """The files that may set a converter."""
        return frozenset(path for path, text in self._texts.items() if _TELLS.search(text))

    def _around(self, fn: Fn) -> set[str]:
        """Return the files that may say something about a definition."""
        if not self._telling:
            return set()
        own = self._part(fn.path)
        name = re.compile(rf"\b{re.escape(fn.qualname.partition('.')[0])}\b")
        naming = {path for path in self._setting_up if name.search(self._texts[path])}
        return own | self._imported(naming | (own & self._setting_up))

    @cached_property
    def _setting_up(self) -> frozenset[str]:
        return frozenset(path for path, text in self._texts.items() if _SETS_UP.search(text))

    def _part(self, path: str) -> set[str]:
        """Return the files of the nearest folder in which a client is made, or all files."""
        clients = [p for p in self._setting_up if _CONNECTS.search(self._texts[p])]
        folder = os.path.dirname(path)
        while len(folder) > len(self._root):
            inside = folder + os.sep
            if any(client.startswith(inside) for client in clients):
                return {p for p in self._texts if p.startswith(inside)}
            folder = os.path.dirname(folder)
        return set(self._texts)

    def _imported(self, paths: Iterable[str]) -> set[str]:
        """Return files, and those that they import, directly or through one another."""
        found, pending = set(paths), [*paths]
        while pending:
            path = pending.pop()
            for fact in self._store.load(path).facts.imports:
                for name in (fact.module, *(f"{fact.module}.{name}" for name in fact.names)):
                    other = self._resolver.index.find(name, path)
                    if other is not None and other in self._texts and other not in found:
                        found.add(other)
                        pending.append(other)
        return found
