"""File patterns: those of .gitignore, matched against a path relative to the project root."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from wflint.gitignore.spec import ignore_spec
from wflint.gitignore.spec import is_pattern as _is_pattern

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class Patterns:
    """Some file patterns. Nearly all are plain names, which need no pathspec (50 ms to import)."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._names: set[str] = set()
        self._folder_names: set[str] = set()
        self._globs: list[str] = []
        self._folder_globs: list[str] = []
        self._others: list[str] = []
        patterns = [_cleaned(pattern) for pattern in patterns]
        if any(p.startswith("!") for p in patterns):
            self._others = patterns
        else:
            for pattern in patterns:
                self._add(pattern)

    def _add(self, pattern: str) -> None:
        name = pattern.rstrip("/")
        if not name or "/" in name or "[" in name:
            self._others.append(pattern)
        elif not re.search(r"[*?]", name):
            (self._folder_names if pattern.endswith("/") else self._names).add(name)
        else:
            (self._folder_globs if pattern.endswith("/") else self._globs).append(name)

    def __bool__(self) -> bool:
        return bool(
            self._names or self._folder_names or self._globs or self._folder_globs or self._others
        )

    def match_folder(self, path: str) -> bool:
        """True if a folder (``a/b``), or one above it, is matched."""
        if not path:
            return False
        parts = path.split("/")
        if not self._names.isdisjoint(parts) or not self._folder_names.isdisjoint(parts):
            return True
        if self._glob and any(self._glob.match(part) for part in parts):
            return True
        if self._folder_glob and any(self._folder_glob.match(part) for part in parts):
            return True
        return self._spec is not None and self._spec.match_file(path + "/")

    def match_name(self, path: str) -> bool:
        """True if a file is matched by itself, leaving the folders above it aside."""
        name = path.rpartition("/")[2]
        if name in self._names or (self._glob and self._glob.match(name)):
            return True
        return self._spec is not None and self._spec.match_file(path)

    def match_file(self, path: str) -> bool:
        """True if a file, or a folder above it, is matched."""
        return self.match_name(path) or self.match_folder(path.rpartition("/")[0])

    @cached_property
    def _glob(self) -> re.Pattern[str] | None:
        return _any_of(self._globs)

    @cached_property
    def _folder_glob(self) -> re.Pattern[str] | None:
        return _any_of(self._folder_globs)

    @cached_property
    def _spec(self) -> GitIgnoreSpec | None:
        if not self._others:
            return None
        return ignore_spec(self._others)


def is_pattern(pattern: str) -> bool:
    """False for what can match nothing, such as ``!``."""
    return _is_pattern(_cleaned(pattern))


def _cleaned(pattern: str) -> str:
    return pattern.replace("\\", "/").removeprefix("./")


def _any_of(globs: list[str]) -> re.Pattern[str] | None:
    if not globs:
        return None
    import fnmatch

    return re.compile("|".join(fnmatch.translate(glob) for glob in globs))
