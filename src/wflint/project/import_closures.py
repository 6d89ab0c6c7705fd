"""Follows imports from file to file, inside of a part of a program."""

from __future__ import annotations

from collections.abc import Container, Iterable

from wflint.project.module_index import ModuleIndex
from wflint.project.store import Store


class ImportClosures:
    """Follows the imports of ``files``, as far as they lead to one another."""

    def __init__(self, store: Store, index: ModuleIndex, files: Container[str]) -> None:
        self._store = store
        self._index = index
        self._files = files
        self._direct: dict[str, tuple[str, ...]] = {}
        self._known: dict[frozenset[str], frozenset[str]] = {}

    def of(self, paths: Iterable[str]) -> frozenset[str]:
        """Return some files, and those that they import, directly or through one another."""
        starts = frozenset(paths)
        if starts not in self._known:
            found, pending = set(starts), [*starts]
            while pending:
                for other in self.imported_by(pending.pop()):
                    if other not in found:
                        found.add(other)
                        pending.append(other)
            self._known[starts] = frozenset(found)
        return self._known[starts]

    def imported_by(self, path: str) -> tuple[str, ...]:
        """Return those of the files that a file imports itself."""
        if path not in self._direct:
            imports = self._store.load(path).facts.imports
            named = dict.fromkeys(name for fact in imports for name in fact.modules())
            found = dict.fromkeys(self._index.find(name, path) for name in named)
            self._direct[path] = tuple(one for one in found if one and one in self._files)
        return self._direct[path]
