"""Reads files that a stranger may have put there: only regular ones, and none without end.

Whoever reads a file of a repository, of an environment or of a cache reads it here. A link to
``/dev/zero`` would take all memory, and a named pipe would never answer.
"""

from __future__ import annotations

import errno
import os
import stat
from array import array

MOST_BYTES = 64 * 1024 * 1024
"""No source file, lock file or configuration is longer than this."""

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # a pipe that takes the place of the file does not hold us up
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)
_CHUNK = 1024 * 1024

AnyPath = str | os.PathLike[str]


def read_file(path: AnyPath, most: int = MOST_BYTES) -> bytes:
    """Return the bytes of a regular file, which may be found through links.

    Raises :class:`OSError` if there is none, and for everything else that has a path: folders,
    pipes, sockets and devices, and files of more than ``most`` bytes.
    """
    # Looked at before it is opened as well: to open a device may already set something off.
    _size_of(_stat(path), path, most)
    with open(os.open(path, _FLAGS), "rb", buffering=0) as stream:
        data = stream.read(_size_of(os.fstat(stream.fileno()), path, most) + 1) or b""
        while len(data) <= most:
            more = stream.read(_CHUNK)
            if not more:
                return data
            data += more
    raise _too_large(path)


LOOK_LENGTH = 5 * 8
NO_LOOK = b""


def look_of(about: os.stat_result) -> bytes:
    """Return what tells a file from a changed one, seen from outside; empty if nothing does.

    These are the file itself (device and inode), its size, the time of its content, and that of the
    last change of any kind, which nobody can choose: ``touch -r``, ``cp -p`` and ``tar`` bring back
    the other time. Windows tells when a file was made in place of the latter, so nothing does.
    """
    if os.name == "nt" or not about.st_ino:
        return NO_LOOK
    try:
        times = (about.st_mtime_ns, about.st_ctime_ns)
        return array("q", (about.st_dev, about.st_ino, about.st_size, *times)).tobytes()
    except OverflowError:  # an inode or a time that is larger than any sound one
        return NO_LOOK


def changed_at(look: bytes) -> int:
    """Return the later one of the times in what begins with a look, in nanoseconds."""
    return max(parts_of(look)[3:])


def device_of(look: bytes) -> int:
    """Return the device in what begins with a look."""
    return parts_of(look)[0]


def parts_of(look: bytes) -> array[int]:
    """Return the numbers that something begins with that begins with a look."""
    return array("q", look[:LOOK_LENGTH])


def begins(path: AnyPath, beginning: bytes) -> bool:
    """True if a regular file begins with some bytes, or is shorter and ends within them."""
    _size_of(_stat(path), path, None)
    with open(os.open(path, _FLAGS), "rb", buffering=0) as stream:
        _size_of(os.fstat(stream.fileno()), path, None)
        return beginning.startswith(stream.read(len(beginning)) or b"")


def read_text(path: AnyPath, most: int = MOST_BYTES, errors: str = "replace") -> str:
    """Return the text of a regular file in UTF-8, with ``\\n`` for all line ends.

    Raises what :func:`read_file` raises. ``errors`` is what ``bytes.decode`` does with other bytes.
    """
    text = read_file(path, most).decode("utf-8-sig", errors)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _stat(path: AnyPath) -> os.stat_result:
    try:
        return os.stat(path)
    except ValueError as error:  # a NUL in it, or letters that no file name can have
        raise OSError(errno.EINVAL, str(error), os.fspath(path)) from None


def _size_of(about: os.stat_result, path: AnyPath, most: int | None) -> int:
    if stat.S_ISDIR(about.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    if not stat.S_ISREG(about.st_mode):
        raise OSError(errno.EINVAL, "It is not a regular file", os.fspath(path))
    if most is not None and about.st_size > most:
        raise _too_large(path)
    return about.st_size


def _too_large(path: AnyPath) -> OSError:
    return OSError(errno.EFBIG, os.strerror(errno.EFBIG), os.fspath(path))
