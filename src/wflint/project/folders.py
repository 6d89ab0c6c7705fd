"""The contents of folders, and the modules in them. Each folder is listed once."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

MARKERS = frozenset({"pyproject.toml", "setup.cfg", "setup.py"})
"""Packaging files: their folder is the root of a distribution."""


def names_in(folder: str) -> frozenset[str]:
    """The names in a folder that modules, packages and distributions are known by.

    None if it cannot be read. Other names come and go without a meaning.
    """
    try:
        return frozenset(filter(_says_something, os.listdir(folder)))
    except OSError:
        return frozenset()


def _says_something(name: str) -> bool:
    if name.endswith(".py") or name in MARKERS:
        return True
    return "." not in name and name != "__pycache__"


class Folders:
    """Looks modules up in folders. ``listings`` are the names in all that were looked at.

    ``names`` gives the names in a folder; ``is_foreign`` tells of a link to a folder if it must not
    be looked into.
    """

    def __init__(
        self,
        is_foreign: Callable[[str], bool] = lambda folder: False,
        names: Callable[[str], frozenset[str]] = names_in,
    ) -> None:
        self.listings: dict[str, frozenset[str]] = {}
        self._is_foreign = is_foreign
        self._names = names
        self._foreign: dict[str, bool] = {}

    def is_foreign(self, folder: str) -> bool:
        """True for a link to a folder that must not be looked into."""
        known = self._foreign.get(folder)
        if known is None:
            known = os.path.islink(folder) and self._is_foreign(folder)
            self._foreign[folder] = known
        return known

    def listing(self, folder: str) -> frozenset[str]:
        """The names in a folder, as :func:`names_in` gives them."""
        if self.is_foreign(folder):
            return frozenset()
        found = self.listings.get(folder)
        if found is None:
            found = self.listings[folder] = self._names(folder)
        return found

    def module(self, root: str, parts: Sequence[str]) -> str | None:
        """The file of a module below ``root``: of a package its `__init__.py`.

        For a package without one it is the folder, and so it is for one that is foreign.
        """
        folder = root
        for part in parts[:-1]:
            if part not in self.listing(folder):
                return None
            folder = os.path.join(folder, part)
            if self.is_foreign(folder):
                return folder
        last, listing = parts[-1], self.listing(folder)
        inside = os.path.join(folder, last)
        if last in listing and self.is_foreign(inside):
            return inside
        if last in listing and "__init__.py" in self.listing(inside):
            return os.path.join(inside, "__init__.py")
        if f"{last}.py" in listing:
            return f"{inside}.py"
        if last in listing and self.holds_python(inside):
            return inside
        return None

    def holds_python(self, folder: str) -> bool:
        """True if a folder can be a namespace package: Python files in it or just below it."""
        listing = self.listing(folder)
        if any(n.endswith(".py") for n in listing):
            return True
        inner = (os.path.join(folder, n) for n in sorted(listing) if "." not in n)
        return any(any(n.endswith(".py") for n in self.listing(i)) for i in inner)


def is_namespace(path: str) -> bool:
    """True if the file of a module is that of a package without `__init__.py`."""
    return not path.endswith(".py")
