"""Names in the settings that stand for nothing: missing folders, patterns that no file matches.

Those that look misspelt are named in each run; the others, which may match another day, on request.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from wflint.config.find import Project
from wflint.config.settings import DEFAULT_EXCLUDE, DEFAULT_TEST_PATHS
from wflint.files.select import Group, shown_path
from wflint.run.request import Request

_WILD = re.compile(r"[*?\[\\!]")
_NEARNESS = 0.8
_USUAL = frozenset((*DEFAULT_EXCLUDE, *DEFAULT_TEST_PATHS))


def misspelt(group: Group, request: Request, cwd: Path) -> Iterator[str]:
    """Yield a line for each folder of imports that is missing, and each name that is near one."""
    for project in group.projects:
        about = _Names(project, group, request, cwd)
        for folder in project.settings.src:
            if not (project.root / folder).is_dir():
                yield f'{about.where("src")}: there is no folder "{folder}"{about.hint(folder)}'
        for key, pattern in about.idle(with_wild=False):
            hint = about.hint(pattern)
            if hint:
                yield f'{about.where(key)}: nothing matches "{pattern}"{hint}'


def idle(group: Group, request: Request, cwd: Path) -> Iterator[str]:
    """Yield a line for each other pattern in the settings that nothing matches."""
    for project in group.projects:
        about = _Names(project, group, request, cwd)
        for key, pattern in about.idle(with_wild=True):
            if not about.hint(pattern):
                yield f'{about.where(key)}: nothing matches "{pattern}"'


class _Names:
    """The names and patterns in the settings of one folder."""

    def __init__(self, project: Project, group: Group, request: Request, cwd: Path) -> None:
        self._project = project
        self._group = group
        self._overrides = request.overrides
        self._cwd = cwd

    def where(self, key: str) -> str:
        """Return where a setting comes from, for the beginning of a line."""
        file = self._project.config_file
        if key in self._overrides or file is None:
            return f"--{key}"
        return f"{shown_path(file, self._cwd)}: {key}"

    def idle(self, with_wild: bool) -> Iterator[tuple[str, str]]:
        """Yield the patterns that nothing matches, each with its setting.

        Those ``with_wild`` cards take longer to match.
        """
        for key, pattern in self._patterns():
            is_wild = _WILD.search(pattern) is not None
            if is_wild and not with_wild:
                continue
            if key.endswith("exclude"):
                # What is excluded is not listed: only a path can be looked for.
                if not is_wild and "/" in pattern.strip("/") and not self._exists(pattern):
                    yield key, pattern
            elif not self._matches(pattern, is_wild):
                yield key, pattern

    def _patterns(self) -> Iterator[tuple[str, str]]:
        settings = self._project.settings
        given: dict[str, Iterable[str]] = {
            "exclude": settings.exclude,
            "extend-exclude": settings.extend_exclude,
            "test-paths": settings.test_paths,
            "per-file-ignores": settings.per_file_ignores,
            "extend-per-file-ignores": settings.extend_per_file_ignores,
        }
        for key, patterns in given.items():
            yield from ((key, pattern) for pattern in patterns if pattern not in _USUAL)

    def _exists(self, pattern: str) -> bool:
        return os.path.lexists(self._project.root / pattern.strip("/"))

    def _matches(self, pattern: str, is_wild: bool) -> bool:
        name = pattern.strip("/")
        if not is_wild and ("/" in name or self._exists(pattern)):
            return self._exists(pattern)
        if not is_wild:
            return name in self._parts
        from wflint.gitignore.patterns import Patterns

        patterns = Patterns([pattern])
        return any(map(patterns.match_file, self._files))

    @cached_property
    def _files(self) -> list[str]:
        """The files below the settings, relative to them."""
        prefix = str(self._project.root).rstrip(os.sep) + os.sep
        below = (path for path in self._group.files if path.startswith(prefix))
        return [path.removeprefix(prefix).replace(os.sep, "/") for path in below]

    @cached_property
    def _parts(self) -> frozenset[str]:
        return frozenset(part for file in self._files for part in file.split("/"))

    def hint(self, pattern: str) -> str:
        """Return a question for what is there and has nearly the same name, or ``""``."""
        import difflib

        name = pattern.strip("/")
        folder, last = os.path.split(name)
        try:
            known = sorted(name for name in os.listdir(self._project.root / folder) if name != last)
        except OSError:
            return ""
        near = difflib.get_close_matches(last, known, 1, _NEARNESS)
        if not near:
            return ""
        meant = f"{folder}/{near[0]}" if folder else near[0]
        return f'; did you mean "{meant}{"/" if pattern.endswith("/") else ""}"?'
