"""Writes a changed file so that there is always a whole one: the old one or the new one."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress


class NotWritten(Exception):
    """The file stays as it was; ``reason`` says why and what to do, after the name of the file."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def write(path: str, before: bytes, after: bytes) -> None:
    """Put ``after`` in the place of ``before`` in one step.

    The new file has the mode of the old one, and its owner where that may be set. A link stays a
    link: the file that it leads to is written. Raises :class:`NotWritten`.
    """
    target = os.path.realpath(path)
    try:
        with open(target, "rb") as stream:
            current = stream.read()
        found = os.stat(target)
        if current != before:
            raise NotWritten("has changed while wflint ran, so it was not fixed; run it again")
        if not found.st_mode & stat.S_IWUSR:
            raise NotWritten("is read-only, so it was not fixed; make it writable and run again")
        _replace(target, after, found)
    except OSError as error:
        reason = error.strerror or str(error)
        raise NotWritten(f"could not be written, so it was not fixed: {reason}") from None


def _replace(target: str, data: bytes, old: os.stat_result) -> None:
    folder, name = os.path.split(target)
    handle, temporary = tempfile.mkstemp(prefix=f".{name}.", suffix=".wflint", dir=folder)
    try:
        with open(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(OSError, AttributeError):  # not everybody may give files away
            os.chown(temporary, old.st_uid, old.st_gid)
        os.chmod(temporary, stat.S_IMODE(old.st_mode))
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
