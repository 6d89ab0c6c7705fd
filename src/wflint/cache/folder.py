"""The folder that entries are kept in.

A cache only saves time. So whatever goes wrong with it is no error: an entry that cannot be read is
as good as none, and one that cannot be written is not written. An entry is sealed with a secret of
the user: one that was written without it is as good as none.
"""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress

from wflint.system.disk import begins, read_file
from wflint.system.hashing import blake2b

NAME = ".wflint_cache"
MOST_BYTES = 64 * 1024 * 1024
"""How large all entries together may be. Those that were not used for the longest go first."""

MOST_DAYS = 30
"""How long an entry is kept that nobody uses, such as one of an older version."""

_BEGINNING = b"wflint-cache-"
_MAGIC = _BEGINNING + b"2\n"
_DIGEST = 16
_ENTRY = re.compile(r"(facts|looks|result)-[0-9a-f]{32}")
_UNFINISHED_END = re.compile(r"\.[0-9a-f]+\.tmp$")
_UNFINISHED = re.compile(
    r"((facts|looks|result)-[0-9a-f]{32}|\.gitignore|CACHEDIR\.TAG)\.[0-9a-f]+\.tmp"
)
_LONG_AGO = 10**9
_TAG = "CACHEDIR.TAG"
_MARKS = {
    _TAG: (
        b"Signature: 8a477f597d28d172789f06886806bc55\n"
        b"# This folder holds wflint's cache. See https://bford.info/cachedir/\n"
    ),
    ".gitignore": b"*\n",
}


class CacheFolder:
    """Entries by name, each in a file of its own.

    They are sealed with ``secret``; without one there are none. ``writes`` is false for a run that
    must leave nothing behind. ``problem`` says why nothing could be written.
    """

    def __init__(self, path: str, secret: bytes = b"", writes: bool = True) -> None:
        self.path = path
        self._secret = secret
        self.writes = writes
        self.problem = ""

    def read(self, name: str) -> bytes | None:
        """An entry, if there is one, and it is what was written under this name."""
        place = os.path.join(self.path, name)
        if not self._secret or os.path.islink(self.path) or os.path.islink(place):
            return None
        try:
            data = read_file(place)
        except OSError:
            return None
        start = len(_MAGIC) + _DIGEST
        body = data[start:]
        if data[:start] != _MAGIC + self.seal(name, body):
            return None
        if self.writes:
            with suppress(OSError):
                os.utime(place)  # it is in use
        return body

    def write(self, name: str, body: bytes) -> None:
        """Keep an entry. Other runs see all of it or nothing."""
        if not self.writes or not self._secret or self.problem:
            return
        try:
            self._prepare()
            self._put(name, _MAGIC + self.seal(name, body) + body)
        except OSError as error:
            self.problem = f"{error.filename or self.path}: {error.strerror or error}"

    def clock(self) -> tuple[int, int] | None:
        """Return the device of the folder and the time that it is there, in nanoseconds.

        ``None`` if nothing can be written, or the file system does not keep when a file was changed
        apart from the time that the file is given.
        """
        place = self._beside(os.path.join(self.path, f"looks-{32 * '0'}"))
        try:
            self._prepare()
            about = _stat_of_a_new_file(place)
        except OSError:
            return None
        keeps = about.st_ctime_ns > about.st_mtime_ns
        return (about.st_dev, about.st_ctime_ns) if keeps else None

    def seal(self, name: str, body: bytes) -> bytes:
        """Return a seal of an entry and its name that only those can make who have the secret."""
        seal = blake2b(name.encode() + b"\0", digest_size=_DIGEST, key=self._secret)
        seal.update(body)
        return seal.digest()

    def _prepare(self) -> None:
        """Make the folder, and mark it as one that backups and git leave out.

        One that has anything in it is not marked: it may not be ours alone.
        """
        if os.path.islink(self.path):
            raise OSError(None, "the folder is a link", self.path)
        os.makedirs(self.path, exist_ok=True)
        if os.listdir(self.path):
            return
        for name, data in _MARKS.items():
            self._put(name, data)

    def _beside(self, place: str) -> str:
        return f"{place}.{os.getpid():x}{time.monotonic_ns():x}.tmp"

    def _put(self, name: str, data: bytes) -> None:
        """Write a file beside its place and move it there."""
        place = os.path.join(self.path, name)
        beside = self._beside(place)
        try:
            with open(beside, "xb") as stream:
                stream.write(data)
            os.replace(beside, place)
        except BaseException:
            _remove(beside)
            raise

    def clean_up(self) -> None:
        """Remove what has not been used for long, and what is too much."""
        if not self.writes or self.problem:
            return
        found: list[tuple[float, int, str]] = []
        try:
            with os.scandir(self.path) as entries:
                for entry in entries:
                    if _is_ours(entry.name) and entry.name not in _MARKS:
                        about = entry.stat(follow_symlinks=False)
                        found.append((about.st_mtime, about.st_size, entry.path))
        except OSError:
            return
        oldest = time.time() - MOST_DAYS * 24 * 3600
        size = 0
        for used, length, place in sorted(found, reverse=True):
            size += length
            if (size > MOST_BYTES or used < oldest) and self._wrote(os.path.basename(place)):
                _remove(place)

    def remove(self) -> bool:
        """Remove what wflint wrote, and the folder if nothing else is in it.

        False if there was nothing, or the folder is a link.
        """
        if os.path.islink(self.path):
            return False
        try:
            names = os.listdir(self.path)
        except OSError:
            return False
        entries = [name for name in names if name not in _MARKS and self._wrote(name)]
        marks = [name for name in names if name in _MARKS and self._wrote(name)]
        if _TAG in marks:  # it is written first; others have a `.gitignore` like ours as well
            entries += marks
        for name in entries:
            _remove(os.path.join(self.path, name))
        with suppress(OSError):
            os.rmdir(self.path)
        return bool(entries)

    def _wrote(self, name: str) -> bool:
        """True if a file has a name and a beginning that wflint gives to its own."""
        if not _is_ours(name):
            return False
        place = os.path.join(self.path, name)
        mark = _MARKS.get(_UNFINISHED_END.sub("", name))
        try:
            if os.path.islink(place):
                return False
            if mark is None:
                return begins(place, _BEGINNING)
            data = read_file(place, len(mark))
        except OSError:
            return False
        return data == mark or (name not in _MARKS and mark.startswith(data))


def _stat_of_a_new_file(place: str) -> os.stat_result:
    """Return what the system says of a file that is made here, given an old time, and removed."""
    try:
        with open(place, "xb"):
            pass
        os.utime(place, (_LONG_AGO, _LONG_AGO))
        return os.stat(place)
    finally:
        _remove(place)


def _is_ours(name: str) -> bool:
    return bool(name in _MARKS or _ENTRY.fullmatch(name) or _UNFINISHED.fullmatch(name))


def _remove(place: str) -> None:
    with suppress(OSError):
        os.unlink(place)
