"""Reads what the packaging files of a folder require of ``temporalio``.

The files are searched as text, not parsed: build tools have tables of their own, and what is not
understood only means that newer versions are thought possible.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from wflint.system.borders import Border
from wflint.system.disk import read_file

Version = tuple[int, int]


class SdkRange(Struct, frozen=True):
    """The versions of ``temporalio`` that a project may run with.

    ``oldest`` is ``None`` where nothing is required, ``newest`` where no newer one is ruled out.
    """

    oldest: Version | None = None
    newest: Version | None = None

    @property
    def is_exact(self) -> bool:
        """True if it is a single version."""
        return self.oldest is not None and self.oldest == self.newest

    def admits(self, other: SdkRange) -> bool:
        """True if all of the other versions are among these."""
        low, high = other.oldest or _FIRST, other.newest or _LAST
        return (self.oldest or _FIRST) <= low and high <= (self.newest or _LAST)


_FIRST: Version = (0, 0)
_LAST: Version = (10**9, 10**9)
_ANY_MINOR = 10**9 - 1
_MOST_FILES = 60
_MOST_BYTES = 1024 * 1024

_FILES = ("pyproject.toml", "setup.cfg", "setup.py", "Pipfile")
_REQUIREMENTS = re.compile(r"[\w.-]*requirements?[\w.-]*\.(?:txt|in)|constraints[\w.-]*\.txt")
_REQUIREMENTS_FOLDER = "requirements"
LOCKS = ("uv.lock", "poetry.lock", "pdm.lock")
PIPENV_LOCK = "Pipfile.lock"

_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$", re.MULTILINE)
_INCLUDE = re.compile(
    r"^[^\S\n]*(?:-[rc][^\S\n]*|--(?:requirement|constraint)(?:[^\S\n]+|=))([^\s#]+)", re.MULTILINE
)
_NAME = r"(?<![\w.-])temporalio(?:\[[^\[\]\n]*\])?"
_REQUIRED = re.compile(
    rf"""{_NAME}["']?[^\S\n]*
    (?:=[^\S\n]*(?:\{{[^{{}}\n]*?\bversion[^\S\n]*=[^\S\n]*)?["'](?P<value>[^"'\n]*)["']  # TOML
    |\(?[^\S\n]*(?P<specifiers>(?:[=<>~!]=|<|>)[^"'\n;#)]*))""",
    re.VERBOSE,
)
_BARE = re.compile(rf"^[^\S\n]*{_NAME}[^\S\n]*(?:$|;)", re.MULTILINE)
_SPECIFIER = re.compile(
    r"(===?|>=?|<=?|~=?|!=|\^)?\s*v?(\d{1,9})(?!\d)(?:\.(\d{1,9}(?!\d)|\*))?((?:\.[\w*]+)*)"
)


def is_packaging_file(name: str) -> bool:
    """True if a file's name is that of one that may say which versions are required."""
    return name in (*_FILES, *LOCKS, PIPENV_LOCK) or _REQUIREMENTS.fullmatch(name) is not None


def packaged_folder(path: str) -> str | None:
    """Return the folder, with ``/``, that a file of a program speaks of, if it is a packaging file.

    Those in a folder called `requirements` are about the folder around that.
    """
    folder, _, name = path.rpartition("/")
    if folder.rpartition("/")[2] == _REQUIREMENTS_FOLDER and name.endswith((".txt", ".in")):
        return folder.rpartition("/")[0]
    return folder if is_packaging_file(name) else None


def required_in(folder: Path, border: Border) -> SdkRange | None:
    """Return what the packaging files of a folder require; ``None`` if they do not ask for it.

    Nothing beyond the border is read, whatever leads there.
    What all of them admit counts, since one environment is made of several files; where there is no
    such version, whatever any of them admits.
    """
    said = list(_statements(folder, border))
    if not said:
        return None
    widest = either(said)
    high = min((one.newest for one in said if one.newest is not None), default=None)
    if high is not None and max(one.oldest or _FIRST for one in said) <= high:
        return SdkRange(widest.oldest, high)
    return widest


def either(ranges: Sequence[SdkRange]) -> SdkRange:
    """Return the versions that any of some ranges admits."""
    lows = (one.oldest for one in ranges if one.oldest is not None)
    highs = [one.newest for one in ranges if one.newest is not None]
    return SdkRange(min(lows, default=None), max(highs) if len(highs) == len(ranges) else None)


def _statements(folder: Path, border: Border) -> Iterator[SdkRange]:
    """Yield what each requirement says, those of files that are included among them."""
    names = _names_in(folder)
    paths = [folder / name for name in (*_FILES, *filter(_REQUIREMENTS.fullmatch, names))]
    if _REQUIREMENTS_FOLDER in names:
        below = folder / _REQUIREMENTS_FOLDER
        paths += [below / name for name in _names_in(below) if name.endswith((".txt", ".in"))]
    asked: dict[Path, None] = dict.fromkeys(paths[:_MOST_FILES])
    for path in _in_turn(asked):
        text = _text_of(path, border)
        is_list = path.suffix in (".txt", ".in")
        for found in _REQUIRED.finditer(text):
            yield range_of(found["value"] or found["specifiers"] or "", found["value"] is not None)
        if is_list:
            yield from (SdkRange() for _ in _BARE.finditer(text))
            for included in _INCLUDE.finditer(text):
                if len(asked) < _MOST_FILES and "://" not in included[1]:
                    asked.setdefault(Path(os.path.normpath(path.parent / included[1])))


def _in_turn(paths: dict[Path, None]) -> Iterator[Path]:
    """Yield paths of which more are added on the way."""
    done: set[Path] = set()
    while rest := [path for path in paths if path not in done]:
        done.update(rest)
        yield from rest


def range_of(text: str, is_poetry: bool) -> SdkRange:
    """Return the versions that specifiers such as ``>=1.7,<2`` admit.

    In poetry's own tables a bare version is an exact one, and ``||`` separates alternatives, which
    are left open.
    """
    oldest: Version | None = None
    newest: Version | None = None
    if "||" in text:
        text = text.partition("||")[0]
        return SdkRange(range_of(text, is_poetry).oldest)
    for part in text.split(","):
        found = _SPECIFIER.match(part.strip())
        if found is None or not (found[1] or is_poetry):
            continue
        low, high = _bounds(found[1] or "==", int(found[2]), found[3], found[4])
        oldest = max(filter(None, (oldest, low)), default=None)
        newest = min(filter(None, (newest, high)), default=None)
    return SdkRange(oldest, newest)


def _bounds(
    operator: str, major: int, minor_text: str | None, rest: str
) -> tuple[Version | None, Version | None]:
    """Return the lowest and the highest version that one specifier admits."""
    has_minor = minor_text is not None and minor_text != "*"
    minor = int(minor_text) if minor_text is not None and has_minor else 0
    version, any_minor = (major, minor), (major, _ANY_MINOR)
    match operator:
        case "==" | "===":
            is_open = minor_text == "*"
            return version, any_minor if is_open else version
        case ">" | ">=":
            return version, None
        case "~=":
            return version, version if rest else any_minor
        case "~":
            return version, version if has_minor else any_minor
        case "^":
            return version, any_minor if major else version
        case "<=":
            return None, version
        case "<":
            is_inside = any(digit not in ".0" for digit in rest)
            if is_inside:
                return None, version
            return None, (major, minor - 1) if minor else (major - 1, _ANY_MINOR)
    return None, None


def _names_in(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries)
    except OSError:
        return []


def _text_of(path: Path, border: Border) -> str:
    """Return a text without its comments; ``""`` for what is beyond the border."""
    try:
        if border.leads_out(path):
            return ""
        text = read_file(path, _MOST_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""
    if "temporalio" not in text and "-" not in text:
        return ""
    return _COMMENT.sub("", text.replace("\r\n", "\n"))
