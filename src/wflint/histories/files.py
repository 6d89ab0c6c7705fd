"""Which files are histories: those that are named, and all in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from wflint.config.errors import ConfigError

MOST_FILES = 100_000
_ENDING = ".json"


def told_apart(names: Iterable[str]) -> tuple[list[str], tuple[str, ...]]:
    """Return the histories and the code among names on the command line."""
    histories: list[str] = []
    code: list[str] = []
    for name in names:
        (histories if name.endswith(_ENDING) else code).append(name)
    return histories, tuple(code)


def histories_in(files: Sequence[str], folders: Sequence[str]) -> list[str]:
    """Return all files with histories, each once, those of folders in order of their names.

    Raises :class:`ConfigError` for a folder that is none, or if there is no file at all.
    """
    found = dict.fromkeys(files)
    for folder in folders:
        if not os.path.isdir(folder):
            raise ConfigError(f"--from-folder: there is no folder {folder}")
        below = _below(folder)
        if not below:
            raise ConfigError(f"--from-folder: {folder} has no files with the ending {_ENDING}")
        found.update(dict.fromkeys(below))
    if not found:
        raise ConfigError("name files with histories (*.json), or a folder of them (--from-folder)")
    return list(found)


def _below(folder: str) -> list[str]:
    """Return the files below a folder; links to folders are not followed."""
    found: list[str] = []
    for at, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [os.path.join(at, name) for name in sorted(files) if name.endswith(_ENDING)]
        if len(found) > MOST_FILES:
            raise ConfigError(f"--from-folder: {folder} has more than {MOST_FILES:,} files")
    return found
