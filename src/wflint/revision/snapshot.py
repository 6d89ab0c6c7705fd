"""The Python files of a revision, in place of those on disk.

What is the same as on disk is read there. Everything but Python files is that of the working tree:
configuration, lock files and environments.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable

from msgspec import Struct, field

from wflint.revision.repository import (
    EXECUTABLE,
    FILE,
    LINK,
    SUBMODULE,
    Repository,
    TreeEntry,
    is_lfs_pointer,
    repository_of_folder,
)
from wflint.system.disk import read_file

_SUFFIXES = (".py", ".ipynb")

IsOnDisk = Callable[[str, str], bool]
"""Tells if a file on disk has the content that git knows by an id."""


class Snapshot(Struct):
    """``files`` are the Python files of a revision, by absolute path.

    ``texts`` are the bytes of those that are not like that on disk; ``absent`` are the files on
    disk that it does not have. ``warnings`` say what could not be had.
    """

    files: set[str] = field(default_factory=set)
    texts: dict[str, bytes] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)
    _added: dict[str, set[str]] = field(default_factory=dict)

    @property
    def differs(self) -> bool:
        """True if something is not like that on disk."""
        return bool(self.texts or self.absent)

    def gives(self, path: str) -> bool:
        """True for a file that differs from that on disk, or is not there in the one or other."""
        return path in self.absent or path in self.texts or path in self._added

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file that differs from that on disk, else ``None``."""
        if path in self.absent:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        found = self.texts.get(path)
        # A package without `__init__.py` is asked for its code as well.
        return b"" if found is None and path in self._added else found

    def names(self, folder: str, on_disk: frozenset[str]) -> frozenset[str]:
        """Return the names in a folder, given those on disk."""
        left = {name for name in on_disk if os.path.join(folder, name) not in self.absent}
        return frozenset(left | self._added.get(folder, set()))

    def note_added(self, top: str) -> None:
        """Note which names there are in folders because of files that are not on disk."""
        for path in self.texts:
            folder, name = os.path.split(path)
            while len(folder) >= len(top) and name not in self._added.setdefault(folder, set()):
                self._added[folder].add(name)
                folder, name = os.path.split(folder)


def has_id(path: str, known_id: str) -> bool:
    """True if a file on disk has the content that git knows by an id."""
    return id_on_disk(path, len(known_id)) == known_id


def snapshot(
    repository: Repository,
    commit: str,
    present: Iterable[str],
    is_on_disk: IsOnDisk = has_id,
) -> Snapshot:
    """Return the Python files of a commit. ``present`` are those on disk that count, absolute."""
    found = Snapshot(absent={path for path in present if _is_below(path, repository.top)})
    _add(found, repository, commit, is_on_disk)
    found.note_added(repository.top)
    return found


def _add(found: Snapshot, repository: Repository, commit: str, is_on_disk: IsOnDisk) -> None:
    """Add the files of a repository, and of its submodules, each with the commit it has there."""
    pending = [(repository, commit)]
    while pending:
        inside, commit = pending.pop()
        tree = inside.tree(commit, _SUFFIXES)
        _add_files(found, inside, tree, is_on_disk)
        for path, entry in sorted(tree.items()):
            if entry.mode != SUBMODULE:
                continue
            place = _joined(inside.top, path)
            submodule = _submodule(place)
            if submodule is not None and _has(submodule, entry.id):
                pending.append((submodule, entry.id))
                continue
            _keep_below(found, place)
            if submodule is not None:
                found.warnings.append(
                    f"{path}: the submodule does not have commit {entry.id[:12]}, so its files "
                    "count as unchanged; fetch it with `git submodule update --init`"
                )


def _submodule(place: str) -> Repository | None:
    """Return a submodule that is checked out; one whose path is a link is none."""
    if os.path.realpath(os.path.dirname(place)) + os.sep + os.path.basename(place) != (
        os.path.realpath(place)
    ):
        return None
    return Repository(place) if repository_of_folder(place) == place else None


def _has(repository: Repository, commit: str) -> bool:
    from wflint.config.errors import ConfigError

    try:
        return repository.commit(commit) == commit
    except ConfigError:
        return False


def _keep_below(found: Snapshot, folder: str) -> None:
    """Take the files below a folder as they are on disk."""
    kept = {path for path in found.absent if _is_below(path, folder)}
    found.absent -= kept
    found.files |= kept


def _add_files(
    found: Snapshot, repository: Repository, tree: dict[str, TreeEntry], is_on_disk: IsOnDisk
) -> None:
    wanted: dict[str, str] = {}
    for name, entry in tree.items():
        if not name.endswith(_SUFFIXES) or entry.mode not in (FILE, EXECUTABLE, LINK):
            continue
        path = _joined(repository.top, name)
        is_present = path in found.absent
        if entry.mode == LINK or os.path.islink(path):
            # What a link leads to is listed by itself.
            if is_present:
                _keep(found, path)
        elif is_present and is_on_disk(path, entry.id):
            _keep(found, path)
        elif is_present or not os.path.lexists(path):
            wanted[path] = entry.id
    contents = repository.contents(list(wanted.values()))
    for path, one in wanted.items():
        data = contents[one]
        if not is_lfs_pointer(data):
            found.texts[path] = data
            found.files.add(path)
            found.absent.discard(path)
        elif path in found.absent:
            _keep(found, path)
            found.warnings.append(f"{path}: Git LFS keeps this file, so it counts as unchanged")


def _keep(found: Snapshot, path: str) -> None:
    """Take a file as it is on disk."""
    found.files.add(path)
    found.absent.discard(path)


def id_on_disk(path: str, length: int) -> str:
    """Return the id that git would give a file as it is on disk."""
    import hashlib

    try:
        data = read_file(path)
    except OSError:
        return ""
    made = hashlib.sha1(usedforsecurity=False) if length == 40 else hashlib.sha256()
    made.update(b"blob %d\0" % len(data) + data)
    return made.hexdigest()


def _joined(top: str, name: str) -> str:
    return os.path.join(top, name.replace("/", os.sep))


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)
