"""Finds the cache of a program, and says if it is used at all.

It is not where somebody else may have written it: git carries what it tracks from one user to
another, and without a secret nobody can tell whose an entry is.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wflint.cache.folder import NAME, CacheFolder
from wflint.cache.secret import NoSecret, secret_of_user
from wflint.system.borders import Border

if TYPE_CHECKING:
    from wflint.files.select import Group
    from wflint.run.request import Request


def cache_folder(group: Group, request: Request, notes: list[str]) -> CacheFolder | None:
    """Return the folder of a program's entries; ``None`` when the run uses no cache.

    If that is not what the run was asked for, the reason is added to ``notes``.
    """
    if not request.cache or group.project.only is not None:
        return None
    root = group.project.root
    configured = (p.root / p.settings.cache_dir for p in group.projects if p.settings.cache_dir)
    path = str(next(configured, root / NAME))
    border = Border(root)
    writes = request.stdin is None and not request.texts
    try:
        secret = secret_of_user(border, make=writes)
    except NoSecret as error:
        note = f"no cache is used: {error}"
        if note not in notes:  # it is the same for each program
            notes.append(note)
        return None
    if secret is None:
        return None
    if _is_tracked(path, border):
        notes.append(f"no cache is used: git tracks {path}; remove it from the repository")
        return None
    return CacheFolder(path, secret, writes)


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
