"""Removes caches."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from wflint.cache.folder import NAME, CacheFolder
from wflint.cache.machine import remove_notes
from wflint.config.find import ConfigError, find_project
from wflint.config.settings import DEFAULT_EXCLUDE
from wflint.gitignore.patterns import Patterns


def remove_caches(paths: Iterable[str], cache_dir: str | None = None) -> Iterator[str]:
    """Remove what wflint has written into the caches of the projects that the paths belong to.

    Gives their folders. ``cache_dir`` is a folder besides the usual ones, relative to the working
    directory.
    """
    cwd = Path.cwd()
    if cache_dir and _remove(cache_dir):
        yield cache_dir
    skipped = Patterns(set(DEFAULT_EXCLUDE) - {NAME})
    for path in paths:
        if not os.path.exists(path):
            raise ConfigError(f"no such file or folder: {path}")
        project = find_project(Path(path), cwd, isolated=True)
        if project.only is not None:
            continue  # for what stands alone nothing is kept
        for folder, names, _ in os.walk(project.root):
            cache = os.path.join(folder, NAME)
            if NAME in names and CacheFolder(cache).remove():
                yield os.path.relpath(cache, cwd)
            names[:] = [n for n in names if n != NAME and not skipped.match_folder(n)]
        project = find_project(Path(path), cwd)
        configured = project.settings.cache_dir
        if configured and _remove(str(project.root / configured)):
            yield os.path.relpath(project.root / configured, cwd)


def remove_users_notes() -> Iterator[str]:
    """Remove the notes that hold for all projects of the user; gives their place."""
    place = remove_notes()
    if place is not None:
        yield place


def _remove(folder: str) -> bool:
    """Empty a cache that somebody has named; raises :class:`ConfigError` for a link."""
    if os.path.islink(folder):
        raise ConfigError(f"cache-dir: {folder} is a link, so nothing in it was removed")
    return CacheFolder(folder).remove()
