"""Finds the cache of a program, and says if it is used at all.

It is not where somebody else may have written it: git carries what it tracks from one user to
another, and without a secret nobody can tell whose an entry is.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from wflint.cache.folder import NAME, CacheFolder
from wflint.cache.secret import NoSecret, secret_of_user
from wflint.cache.shelf import Shards
from wflint.system.borders import Border

if TYPE_CHECKING:
    from wflint.cache.shelf import Shelf
    from wflint.files.select import Group
    from wflint.run.request import Request


class CachePlace:
    """The place of a program's entries. ``notes`` gets the reason why there is none."""

    def __init__(self, group: Group, request: Request, notes: list[str]) -> None:
        self.notes = notes
        self._request = request
        self._is_wanted = request.cache and group.project.only is None
        self._root = group.project.root
        configured = (p.root / p.settings.cache_dir for p in group.projects if p.settings.cache_dir)
        self._path = str(next(configured, self._root / NAME))

    @property
    def exists(self) -> bool:
        """True if an earlier run may have left something."""
        return self._is_wanted and os.path.isdir(self._path)

    @cached_property
    def folder(self) -> CacheFolder | None:
        """The folder of the entries; ``None`` when the run uses no cache."""
        if not self._is_wanted:
            return None
        border = Border(self._root)
        is_on_disk = self._request.mended or not self._request.texts
        writes = self._request.stdin is None and is_on_disk and self._request.snapshot is None
        try:
            secret = secret_of_user(border, make=writes)
        except NoSecret as error:
            note = f"no cache is used: {error}"
            if note not in self.notes:  # it is the same for each program
                self.notes.append(note)
            return None
        if secret is None:
            return None
        if _is_tracked(self._path, border):
            self.notes.append(
                f"no cache is used: git tracks {self._path}; remove it from the repository"
            )
            return None
        return CacheFolder(self._path, secret, writes)


def notes_shelf(folder: CacheFolder, about: bytes) -> Shelf:
    """Return what keeps notes on files: for all checkouts, if Python was built with SQLite."""
    try:
        import sqlite3  # noqa: F401
    except ImportError:
        return Shards(folder, about)
    from wflint.cache.machine import MachineShelf

    return MachineShelf(folder, about)


def _is_tracked(path: str, border: Border) -> bool:
    """True if git tracks a folder or anything in it, in any spelling: disks may not tell case."""
    above, name = os.path.split(path)
    while not os.path.isdir(above) and above != os.path.dirname(above):
        above, last = os.path.split(above)
        name = f"{last}/{name}"
    above = os.path.realpath(above)
    if not _is_in_git(above):
        return False
    from wflint.system.subprocesses import ask_git

    command = ("ls-files", "-z", "--cached", "--", f":(icase,literal){name}")
    done = ask_git(command, above, border)
    return done is not None and bool(done.stdout)


def _is_in_git(folder: str) -> bool:
    while not os.path.exists(os.path.join(folder, ".git")):
        folder, last = os.path.dirname(folder), folder
        if folder == last:
            return False
    return True
