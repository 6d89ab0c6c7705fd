"""Reads modules from their files, or from what is noted of these."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from functools import partial

from wflint import limits
from wflint.cache.fact_cache import FactCache, Notes
from wflint.facts.model import ModuleFacts
from wflint.files.source import Source, UnreadableSource, decode_file
from wflint.project.module import Module
from wflint.project.module_reading import ReadModule, read_module

_SDK = "temporalio"
"""The files that name it are asked about Workers, settings, requests and definitions as well."""


class Loading:
    """Reads the modules of one program; the parameters are those of the store."""

    def __init__(
        self,
        read: Callable[[str], bytes],
        names: Callable[[str], tuple[str, bool]],
        fact_cache: FactCache,
    ) -> None:
        self._read = read
        self._names = names
        self._fact_cache = fact_cache
        self._room_for_trees = limits.KEPT_AST
        self._recent: deque[Source] = deque()  # whose trees are kept for a while

    def notes(self, path: str) -> Notes:
        """Return the notes on a file."""
        return self._fact_cache.of(path, *self._names(path))

    def notes_in_program(self, path: str) -> Notes:
        """Return the notes on a file that depend on the program around it."""
        return self._fact_cache.in_program(path, *self._names(path))

    def source(self, path: str) -> Source:
        """Return the text of a file. Raises :class:`UnreadableSource` and :class:`OSError`."""
        return decode_file(self._read(path), path)

    def blank(self, path: str) -> Module:
        """Return a module of which nothing is known."""
        return Module(path, ModuleFacts(*self._names(path)), partial(self.source, path))

    def module(self, path: str) -> Module:
        """Return the module in a file. What is wrong with it is in its ``error``."""
        name, is_package = self._names(path)
        empty = ModuleFacts(name, is_package)
        if os.path.isdir(path):  # a namespace package has no code of its own
            return Module(path, empty, lambda: Source(""))
        notes, read = self.notes(path), partial(self.source, path)
        known = notes.get("module", ReadModule)
        if known is not None:
            problem = UnreadableSource(*known.error) if known.error is not None else None
            return Module(path, known.facts, read, problem, notes=notes)
        try:
            module = self._parsed(path, read(), name, is_package)
        except OSError as error:
            reason = UnreadableSource(f"the file cannot be read: {error.strerror or error}")
            return Module(path, empty, read, reason, notes=notes)
        except UnreadableSource as error:
            module = Module(path, empty, read, error, notes=notes)
        problem = module.error
        said = (problem.message, problem.row, problem.column) if problem is not None else None
        notes.put("module", ReadModule(module.facts, said))
        return module

    def _parsed(self, path: str, source: Source, name: str, is_package: bool) -> Module:
        read, notes, keep = partial(self.source, path), self.notes(path), self._has_room(source)
        try:
            facts, whole = read_module(name, is_package, source, notes, keep)
            module = Module(path, facts, read, None, whole, notes)
        except UnreadableSource as error:
            module = Module(path, ModuleFacts(name, is_package), read, error, notes=notes)
        module.source = source
        if not keep:
            self._keep_for_a_while(source)
        return module

    def _has_room(self, source: Source) -> bool:
        """True if the tree of a module may be kept for the questions that begin with it."""
        if _SDK not in source.text:
            return False
        has_room = self._room_for_trees >= len(source.text)
        self._room_for_trees -= len(source.text) if has_room else 0
        return has_room

    def _keep_for_a_while(self, source: Source) -> None:
        """Keep the tree of a module until those of some others have been read."""
        if source.tree is None:
            return
        self._recent.append(source)
        while sum(len(kept.text) for kept in self._recent) > limits.RECENT_AST:
            self._recent.popleft().tree = None
