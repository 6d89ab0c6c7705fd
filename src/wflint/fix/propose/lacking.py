"""Finds the files of a project that allow for a missing package."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wflint.files.source import UnreadableSource, decode
from wflint.fix.propose.hard_imports import lacked
from wflint.syntax.guard import NewerSyntax, parse

_SIGNS = (b"except", b"find_spec")


class Lacking:
    """Searches ``files``, whose bytes ``read`` gives; only what names a package is parsed."""

    def __init__(self, files: Sequence[str], read: Callable[[str], bytes]) -> None:
        self._files = files
        self._read = read
        self._found: dict[str, str | None] = {}

    def file(self, package: str) -> str | None:
        """Return the first file that works without a package."""
        if package not in self._found:
            found = (path for path in self._files if self._may_lack(path, package))
            self._found[package] = next(found, None)
        return self._found[package]

    def _may_lack(self, path: str, package: str) -> bool:
        try:
            data = self._read(path)
            if package.encode() not in data or not any(sign in data for sign in _SIGNS):
                return False
            return package in lacked(parse(decode(data)))
        except (OSError, UnreadableSource, NewerSyntax):
            return False
