"""How a workflow comes to load a module: chains of imports, from its class to the module."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from wflint.facts.ids import Cls, shown_name
from wflint.project.folders import is_namespace
from wflint.sandbox.sandboxes import Sandboxes

_CLASS = re.compile(r"^[ \t]*class\s+(\w+)", re.MULTILINE)


class Link(NamedTuple):
    """One link of a chain of imports: the name to show, the file, and the offset in it."""

    shown: str
    path: str
    offset: int


class LoadingChains:
    """Tells by which imports the sandboxes load modules; each answer is kept."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes
        self._store = sandboxes.resolver.store
        self._importers: dict[str, dict[str, tuple[str, int] | None]] = {}
        self._to: dict[tuple[str, tuple[str, ...]], list[Link]] = {}
        self._classes: dict[str, dict[str, int]] = {}

    def to(self, path: str, roots: Sequence[str] | None = None) -> list[Link]:
        """Return the way to an imported module: the workflow class, then modules, ``path`` last.

        The offset of the last link is -1. Of several workflows, or of those in the files ``roots``,
        it is the one with the fewest modules in between, and the first of these.
        """
        reloading = self._sandboxes.reloaded.get(path, [])
        chosen = reloading if roots is None else set(roots)
        among = tuple(root for root in reloading if root in chosen)
        if (path, among) not in self._to:
            found = [chain for chain in (self._from(root, path) for root in among) if chain]
            self._to[path, among] = min(found, key=len, default=[])
        return list(self._to[path, among])

    def _from(self, root: str, path: str) -> list[Link]:
        if root not in self._importers:
            self._importers[root] = self._find_importers(root)
        importers, name = self._importers[root], self._sandboxes.name
        links = [Link(name(root, path), path, -1)]
        step = importers.get(path)
        while step is not None:
            importer, offset = step
            links.append(Link(name(root, importer), importer, offset))
            step = importers.get(importer)
        links.append(self.first_link(self._sandboxes.sandboxed[root]))
        links.reverse()
        return links

    def first_link(self, cls: Cls) -> Link:
        """The first link of a chain: a workflow; of a function that is no method, its module."""
        if not cls.qualname:
            return Link(self._store.load(cls.path).facts.name, cls.path, 0)
        last = cls.qualname.rpartition(".")[2].partition("#")[0]
        return Link(shown_name(cls.qualname), cls.path, self._classes_of(cls.path).get(last, 0))

    def _classes_of(self, path: str) -> dict[str, int]:
        """The offsets of the names of classes in a module; of several equal names the first."""
        if path not in self._classes:
            offsets: dict[str, int] = {}
            for found in _CLASS.finditer(self._store.load(path).source.searchable):
                offsets.setdefault(found[1], found.start(1))
            self._classes[path] = offsets
        return self._classes[path]

    def _find_importers(self, root: str) -> dict[str, tuple[str, int] | None]:
        """For each file that is loaded for a workflow, where the nearest import of it stands."""
        loaded = self._sandboxes.loaded(root)
        files = {name: path for path, name in loaded.reloaded.items()}
        imports: dict[str, list[tuple[str, int]]] = {}
        for step in loaded.steps:
            path = files.get(step.name)
            if path is not None and not is_namespace(path):
                imports.setdefault(step.importer, []).append((path, step.offset))
        importers: dict[str, tuple[str, int] | None] = {}
        queue: deque[str] = deque()
        for path, _ in imports.get("", ()):
            if path not in importers:
                importers[path] = None
                queue.append(path)
        while queue:
            importer = queue.popleft()
            for path, offset in imports.get(importer, ()):
                if path not in importers:
                    importers[path] = (importer, offset)
                    queue.append(path)
        return importers
