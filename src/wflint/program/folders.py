"""What lies in folders, and the modules in them. Each folder is listed once."""

from __future__ import annotations

import os
from collections.abc import Sequence


class Folders:
    """Looks modules up in folders."""

    def __init__(self) -> None:
        self._listings: dict[str, frozenset[str]] = {}

    def listing(self, folder: str) -> frozenset[str]:
        """The names in a folder; none if it cannot be read."""
        found = self._listings.get(folder)
        if found is None:
            try:
                found = frozenset(os.listdir(folder))
            except OSError:
                found = frozenset()
            self._listings[folder] = found
        return found

    def module(self, root: str, parts: Sequence[str]) -> str | None:
        """The file of a module below ``root``: of a package its `__init__.py`.

        For a package without one it is the folder.
        """
        folder = root
        for part in parts[:-1]:
            if part not in self.listing(folder):
                return None
            folder = os.path.join(folder, part)
        last, listing = parts[-1], self.listing(folder)
        inside = os.path.join(folder, last)
        if last in listing and "__init__.py" in self.listing(inside):
            return os.path.join(inside, "__init__.py")
        if f"{last}.py" in listing:
            return f"{inside}.py"
        if last in listing and self.holds_python(inside):
            return inside
        return None

    def holds_python(self, folder: str) -> bool:
        """Whether a folder can be a namespace package: Python files in it or just below it."""
        listing = self.listing(folder)
        if any(n.endswith(".py") for n in listing):
            return True
        inner = (os.path.join(folder, n) for n in sorted(listing) if "." not in n)
        return any(any(n.endswith(".py") for n in self.listing(i)) for i in inner)


def is_namespace(path: str) -> bool:
    """Whether the file of a module is that of a package without `__init__.py`."""
    return not path.endswith(".py")
