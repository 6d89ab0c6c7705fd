"""Reads the versions of ``temporalio`` and Python that a project runs with from its files.

The files are searched as text, not parsed: they may be long (lock files), and a guess that fails
only means that the newest version is assumed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from wflint.system.borders import link_leads_out
from wflint.system.disk import read_file

Version = tuple[int, int]

_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock")
_LOCKED = re.compile(
    r"""^name\ =\ "temporalio"\s*\nversion\ =\ "(\d{1,9})\.(\d{1,9})(?!\d)[^"\n]*"
    (?!\nsource\ =\ \{\ (?:editable|virtual|directory))  # the SDK's own repository""",
    re.VERBOSE | re.MULTILINE,
)
_NAMED = b'name = "temporalio"'
_LONG_ENOUGH = 400
_REQUIRED = re.compile(
    r"""(?<![\w.-])temporalio(?:\[[^\[\]\n]*\])?["']?\s*   # temporalio, temporalio[openai-agents]
    (?:===?|>=?|~=                                     # temporalio>=1.20
    |=\s*["'][\^~>=]*                                  # poetry: temporalio = "^1.9"
    |=\s*\{[^{}\n]*?version\s*=\s*["'][\^~>=]*)        # temporalio = { version = "^1.9" }
    \s*(\d{1,9})\.(\d{1,9})(?!\d)""",
    re.VERBOSE,
)
_PYTHON = re.compile(
    r"""^[^\S\n]*(?:requires-python|python_requires|python)\s*=\s*(?:["']\s*)?
    (?:(?:===?|>=?|~=|\^|~)\s*)?(\d{1,9})\.(\d{1,9})(?!\d)""",
    re.VERBOSE | re.MULTILINE,
)


def parse_version(text: str) -> Version:
    """The first two numbers of a version such as ``1.20`` or ``1.20.3``."""
    major, minor = text.split(".")[:2]
    return int(major), int(minor)


def infer_sdk(root: Path) -> Version | None:
    """The version of ``temporalio`` in the lock file, or the lowest that is required.

    The nearest folder that says something counts, from the project root up to the repository's.
    """
    for folder in upwards(root):
        locked = _locked_in(folder)
        if locked:
            return min(locked)
        required = [v for path in _requirements(folder) for v in _versions(_REQUIRED, path)]
        if required:
            return min(required)
    return None


def locked_sdk(root: Path) -> Version | None:
    """The version of ``temporalio`` in the nearest lock file."""
    for folder in upwards(root):
        locked = _locked_in(folder)
        if locked:
            return min(locked)
    return None


def _locked_in(folder: Path) -> list[Version]:
    return [v for name in _LOCKS for v in _locked(folder / name)]


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


def _requirements(folder: Path) -> list[Path]:
    named = [folder / name for name in ("pyproject.toml", "setup.cfg", "setup.py")]
    try:
        return [*named, *sorted(folder.glob("requirements*.txt"))]
    except OSError:
        return named


def _versions(pattern: re.Pattern[str], path: Path) -> list[Version]:
    try:
        text = _read(path).decode("utf-8", "replace").replace("\r\n", "\n")
    except OSError:
        return []
    text = re.sub(r"^[^\S\n]*#.*$", "", text, flags=re.MULTILINE)
    return [(int(m.group(1)), int(m.group(2))) for m in pattern.finditer(text)]
