"""Reads the versions of ``temporalio`` and Python that a project runs with from its files.

The files are searched as text, not parsed: they may be long (lock files), and a guess that fails
only means that the newest version is assumed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from wflint.config.requirements import (
    LOCKS,
    PIPENV_LOCK,
    SdkRange,
    Version,
    either,
    packaged_folder,
    required_in,
)
from wflint.system.borders import Border, link_leads_out
from wflint.system.disk import read_file
from wflint.system.names import native

_LOCKED = re.compile(
    r"""^name\ =\ "temporalio"\s*\nversion\ =\ "(\d{1,9})\.(\d{1,9})(?!\d)[^"\n]*"
    (?!\nsource\ =\ \{\ (?:editable|virtual|directory))  # the SDK's own repository""",
    re.VERBOSE | re.MULTILINE,
)
_NAMED = b'name = "temporalio"'
_LOCKED_BY_PIPENV = re.compile(
    rb'"temporalio":\s*\{[^{}]{0,9999}?"version":\s*"==(\d{1,9})\.(\d{1,9})(?!\d)'
)
_LONG_ENOUGH = 400
_ENDS = (".txt", ".in", ".toml", ".lock", ".cfg", "setup.py", "Pipfile")
_PYTHON = re.compile(
    r"""^[^\S\n]*(?:requires-python|python_requires|python)\s*=\s*(?:["']\s*)?
    (?:(?:===?|>=?|~=|\^|~)\s*)?(\d{1,9})\.(\d{1,9})(?!\d)""",
    re.VERBOSE | re.MULTILINE,
)


def parse_version(text: str) -> Version:
    """The first two numbers of a version such as ``1.20`` or ``1.20.3``."""
    major, minor = text.split(".")[:2]
    return int(major), int(minor)


def sdk_range(folder: Path, root: Path) -> SdkRange:
    """The versions of ``temporalio`` that a folder of the project ``root`` runs with."""
    return _Folders(root).range_of(folder)


class _Folders:
    """The ``temporalio`` versions required by the folders of a project and by those around it.

    Each folder is read once, however many are below it. Spawned processes are given a
    copy, so there are no functions in it.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._border = Border(root)
        self._required: dict[Path, SdkRange | None] = {}
        self._locked: dict[Path, list[Version]] = {}

    @cached_property
    def _from_root(self) -> tuple[Path, ...]:
        return tuple(upwards(self._root))

    def range_of(self, folder: Path) -> SdkRange:
        """The versions that a folder of the project runs with.

        The nearest folder that says something counts, from there up to the repository's. A lock
        file is more exact than requirements: that of a folder further up counts where these admit
        it.
        """
        required: SdkRange | None = None
        for place in (*self._below_root(folder), *self._from_root):
            own = self._required_in(place) if required is None else None
            locked = self._locked_in(place)
            if locked:
                exact = SdkRange(min(locked), max(locked))
                if required is None:
                    return exact if own is None or own.admits(exact) else either((own, exact))
                return exact if required.admits(exact) else required
            required = required or own
        return required or SdkRange()

    def _required_in(self, folder: Path) -> SdkRange | None:
        if folder not in self._required:
            self._required[folder] = required_in(folder, self._border)
        return self._required[folder]

    def _locked_in(self, folder: Path) -> list[Version]:
        if folder not in self._locked:
            self._locked[folder] = _locked_in(folder)
        return self._locked[folder]

    def _below_root(self, folder: Path) -> Iterator[Path]:
        around = (folder, *folder.parents)
        return (f for f in around if f != self._root and f.is_relative_to(self._root))


class SdkRanges:
    """The versions of ``temporalio`` that the parts of a program run with.

    ``names`` are those of the files of the program, relative to its root and with ``/``.
    """

    def __init__(self, root: Path, names: Iterable[str]) -> None:
        self._root = root
        self._said = _Folders(root)
        found = {packaged_folder(name) for name in names if name.endswith(_ENDS)}
        self._folders = frozenset(os.path.join(root, native(f)) for f in found if f)
        self._at: dict[str, SdkRange] = {}

    def at(self, folder: str) -> SdkRange:
        """The versions for the code in a folder, which is an absolute path."""
        while folder not in self._folders and len(folder) > len(str(self._root)):
            folder = os.path.dirname(folder)
        if folder not in self._at:
            is_part = folder in self._folders
            self._at[folder] = self._said.range_of(Path(folder) if is_part else self._root)
        return self._at[folder]

    @property
    def about(self) -> list[tuple[str, SdkRange]]:
        """All that is required anywhere."""
        return [(folder, self.at(folder)) for folder in (str(self._root), *sorted(self._folders))]


def _locked_in(folder: Path) -> list[Version]:
    by_pipenv = _locked_by_pipenv(folder / PIPENV_LOCK)
    return [*(v for name in LOCKS for v in _locked(folder / name)), *by_pipenv]


def _locked_by_pipenv(path: Path) -> Iterator[Version]:
    try:
        data = _read(path)
    except OSError:
        return
    for found in _LOCKED_BY_PIPENV.finditer(data):
        yield int(found[1]), int(found[2])


def _locked(path: Path) -> Iterator[Version]:
    """The versions in a lock file, which may be very long: all but a few bytes are passed over."""
    try:
        data = _read(path)
    except OSError:
        return
    at = data.find(_NAMED)
    while at >= 0:
        lines = data[at : at + _LONG_ENOUGH].decode("utf-8", "replace").splitlines()
        found = _LOCKED.match("\n".join(lines))
        if found and (at == 0 or data[at - 1 : at] in b"\r\n"):
            yield int(found.group(1)), int(found.group(2))
        at = data.find(_NAMED, at + 1)


def _read(path: Path) -> bytes:
    if link_leads_out(path):
        raise OSError("a link leads out of the repository")
    return read_file(path)


def infer_python(root: Path) -> Version | None:
    """The lowest version of Python that the project's packaging files admit."""
    for folder in upwards(root):
        for name in ("pyproject.toml", "setup.cfg", "setup.py"):
            versions = _versions(_PYTHON, folder / name)
            if versions:
                return versions[0]
    return None


def upwards(root: Path) -> Iterator[Path]:
    """The project root and the folders above it, up to that of the repository."""
    yield root
    if not any(os.path.exists(parent / ".git") for parent in (root, *root.parents)):
        return
    for folder in (root, *root.parents):
        if folder != root:
            yield folder
        if os.path.exists(folder / ".git"):
            return


def _versions(pattern: re.Pattern[str], path: Path) -> list[Version]:
    try:
        text = _read(path).decode("utf-8", "replace").replace("\r\n", "\n")
    except OSError:
        return []
    text = re.sub(r"^[^\S\n]*#.*$", "", text, flags=re.MULTILINE)
    return [(int(m.group(1)), int(m.group(2))) for m in pattern.finditer(text)]
