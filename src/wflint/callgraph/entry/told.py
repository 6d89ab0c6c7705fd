"""Where a library that can do without Temporal is told to run on it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import PurePath

from wflint.files.source import UnreadableSource
from wflint.project.store import Store
from wflint.temporal.libraries import Library, library_of


class Told:
    """Searches the files ``naming`` that mention the library for what tells it so.

    So do the user's settings, if they name anything of the library: ``names`` are all of theirs.
    """

    def __init__(self, store: Store, naming: Iterable[str], names: Iterable[str]) -> None:
        self._store = store
        self._naming = naming
        self._said = {name.partition(".")[0] for name in names}
        self._folders: dict[str, frozenset[str]] = {}

    def holds(self, name: str, path: str) -> bool:
        """True if what the presets say of a dotted name counts in a file."""
        library = library_of(name)
        if library is None or not library.only_with or library.package in self._said:
            return True
        if library.package not in self._folders:
            self._folders[library.package] = frozenset(self._find(library))
        folders = self._folders[library.package]
        return any(str(folder) in folders for folder in PurePath(path).parents)

    def _find(self, library: Library) -> Iterable[str]:
        for path in self._naming:
            try:
                text = self._store.text(path)
            except (OSError, UnreadableSource):
                continue
            if any(told in text for told in library.only_with):
                yield os.path.dirname(path)
