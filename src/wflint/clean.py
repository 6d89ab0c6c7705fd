"""Removes caches."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from wflint.cache.folder import NAME, CacheFolder
from wflint.config import ConfigError, find_project
from wflint.patterns import Patterns
from wflint.settings import DEFAULT_EXCLUDE


def remove_caches(paths: Iterable[str], cache_dir: str | None = None) -> Iterator[str]:
    """Remove the caches of the projects that the paths belong to; gives their folders.

    ``cache_dir`` is a folder besides the usual ones, relative to the working directory.
    """
    cwd = Path.cwd()
    if cache_dir and CacheFolder(cache_dir).remove():
        yield cache_dir
    skipped = Patterns(set(DEFAULT_EXCLUDE) - {NAME})
    for path in paths:
        if not Path(path).exists():
            raise ConfigError(f"no such file or folder: {path}")
        root = find_project(Path(path), cwd, isolated=True).root
        for folder, names, _ in os.walk(root):
            if NAME in names and not os.path.islink(os.path.join(folder, NAME)):
                cache = os.path.join(folder, NAME)
                shutil.rmtree(cache, ignore_errors=True)
                yield os.path.relpath(cache, cwd)
            names[:] = [n for n in names if n != NAME and not skipped.match_folder(n)]
        project = find_project(Path(path), cwd)
        configured = project.settings.cache_dir
        if configured and CacheFolder(str(project.root / configured)).remove():
            yield os.path.relpath(project.root / configured, cwd)
