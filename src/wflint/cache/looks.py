"""What files looked like from outside when they were read, so that they need not be read again.

A *look* is the device, inode, size and times of a file: see :func:`wflint.system.disk.look_of`. A
file that looks as it did has the content that it had, if no change can hide:

* A change within the same tick of the clock leaves the times as they are. So a look is recorded
  only if the file had not changed for a while when it was read, by the clock of its file system.
* Tools bring back the time of a content (``touch -r``, ``cp -p``, ``tar``), but not that of the
  last change of any kind. File systems that do not keep the latter are found out, and Windows has
  none: there, and on other file systems than that of the cache, files are read each time.

In a fresh clone or checkout all files look new. They are read, and count by content.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping

from wflint.cache.folder import CacheFolder
from wflint.system.disk import LOOK_LENGTH, NO_LOOK, changed_at, device_of, look_of
from wflint.system.hashing import blake2b

MARGIN = 2_000_000_000
"""Nanoseconds that a file must not have changed for. No file system counts in longer ticks."""

_DIGEST = 16
_ROW = LOOK_LENGTH + _DIGEST + 1
_FEW = 50
"""If fewer than one in so many files had to be read, the record is not worth writing again."""


class Looks:
    """The recorded looks of the files of a program.

    The record has paths with a NUL between them, two NUL, and for each path a row: look, digest and
    marks.

    ``about`` is what the marks of the gate depend on. ``listed`` has the looks of files that were
    looked at just now. ``is_given`` tells of a file whose content does not come from the disk.
    """

    UNMARKED = 0xFF
    """The marks of a file that did not go through the gate."""

    def __init__(
        self,
        about: bytes,
        listed: Mapping[str, bytes],
        is_given: Callable[[str], bool] | None = None,
    ) -> None:
        self._name = f"looks-{blake2b(about, digest_size=16).hexdigest()}"
        self._listed = listed
        self._is_given = is_given
        self._rows: dict[str, int] = {}
        self._data = b""
        self._new: dict[str, bytes] = {}
        self._began = time.monotonic_ns()

    def load(self, folder: CacheFolder) -> None:
        """Take over what earlier runs have recorded."""
        names, _, rows = (folder.read(self._name) or b"").partition(b"\0\0")
        paths = os.fsdecode(names).split("\0")
        if names and len(rows) == len(paths) * _ROW:
            self._data = rows
            self._rows = dict(zip(paths, range(0, len(rows), _ROW), strict=True))

    def look(self, path: str) -> bytes:
        """Return what a file looks like now; to be asked before it is read."""
        if self._is_given is not None and self._is_given(path):
            return NO_LOOK
        known = self._listed.get(path)
        return known if known is not None else _look_at(path)

    def known(self, path: str, look: bytes) -> tuple[bytes, int] | None:
        """The digest and the marks of a file, if it looks as it did."""
        start = self._rows.get(path)
        if start is None or not look:
            return None
        middle = start + LOOK_LENGTH
        if self._data[start:middle] != look:
            return None
        end = middle + _DIGEST
        return self._data[middle:end], self._data[end]

    def put(self, path: str, look: bytes, digest: bytes, marks: int = UNMARKED) -> None:
        """Note the content of a file that was read after the look at it."""
        if look and len(digest) == _DIGEST:
            self._new[path] = look + digest + bytes((marks,))

    def save(self, folder: CacheFolder, met: Collection[str]) -> None:
        """Record what is new; ``met`` are the files that this run came across."""
        if not folder.writes or len(self._new) * _FEW < len(self._rows):
            return
        clock = folder.clock()
        if clock is None:
            return
        device, now = clock
        latest = now - (time.monotonic_ns() - self._began) - MARGIN
        certain = {
            path: row
            for path, row in self._new.items()
            if changed_at(row) < latest and device_of(row) == device
        }
        if certain:
            self._write(folder, dict(self._kept(met)) | certain)

    def drop(self, folder: CacheFolder) -> None:
        """Record nothing: a file was not what it seemed."""
        self._write(folder, {})

    def _kept(self, met: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the rows of before, those of files left out that are no more."""
        for path, start in self._rows.items():
            if path in met or os.path.lexists(path):
                yield path, self._data[start : start + _ROW]

    def _write(self, folder: CacheFolder, rows: Mapping[str, bytes]) -> None:
        paths = sorted(rows)
        names = os.fsencode("\0".join(paths))
        folder.write(self._name, names + b"\0\0" + b"".join(rows[path] for path in paths))


def _look_at(path: str) -> bytes:
    try:
        return look_of(os.stat(path))
    except (OSError, ValueError):
        return NO_LOOK
