"""Writes a changed file so that there is always a whole one: the old one or the new one."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from wflint.system.borders import Border
from wflint.system.disk import read_file

_ENDINGS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""Signals that end the process, and could leave a temporary file behind."""


class NotWritten(Exception):
    """The file stays as it was; ``reason`` says why and what to do, after the name of the file."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def write(path: str, before: bytes, after: bytes, border: Border) -> None:
    """Put ``after`` in the place of ``before`` in one step.

    The new file has the mode, the owner and the attributes of the old one. A link stays a link: the
    file that it leads to is written, if that is in the same repository. A further hard link to the
    file keeps the old text. Raises :class:`NotWritten`.
    """
    target = os.path.realpath(path)
    if border.leads_out(target):
        raise NotWritten(
            f"leads out of the project, to {target}, so it was not fixed; fix that file by its name"
        )
    try:
        if read_file(target) == after:
            return  # it has been written under another name
        old = os.stat(target)
        if not old.st_mode & stat.S_IWUSR or not os.access(target, os.W_OK):
            raise NotWritten("is read-only, so it was not fixed; make it writable and run again")
        with _alone(target), _undisturbed():
            if read_file(target) != after:  # another run may have written the same meanwhile
                _replace(target, before, after, old)
    except OSError as error:
        reason = error.strerror or str(error)
        raise NotWritten(f"could not be written, so it was not fixed: {reason}") from None


def _replace(target: str, before: bytes, after: bytes, old: os.stat_result) -> None:
    folder = os.path.dirname(target)
    handle, temporary = tempfile.mkstemp(prefix=".wflint-", suffix=".tmp", dir=folder)
    try:
        with open(handle, "wb") as stream:
            stream.write(after)
            stream.flush()
            os.fsync(stream.fileno())
        _give_to_owner(temporary, old)
        shutil.copystat(target, temporary)
        os.utime(temporary)
        if read_file(target) != before:
            raise NotWritten("has changed while wflint ran, so it was not fixed; run it again")
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _give_to_owner(path: str, old: os.stat_result) -> None:
    """Give a file the owner and group of the old one. A group that may not be given is left out."""
    try:
        os.chown(path, old.st_uid, old.st_gid)
    except (AttributeError, OSError):
        if os.stat(path).st_uid != old.st_uid:
            raise NotWritten(
                "belongs to somebody else and would become yours, so it was not fixed; "
                "run wflint as its owner"
            ) from None


@contextmanager
def _alone(target: str) -> Iterator[None]:
    """Let no other run of wflint write a file at the same time: what it has fixed would be lost.

    The lock is on the file itself. Who has waited for it finds another file in its place, and what
    it wanted to replace gone. Where there are no such locks, or a file cannot take one, the bytes
    are compared all the same.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    held = os.open(target, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with suppress(OSError):
            fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)  # which gives the lock back


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let what would end the process wait until a file is whole."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals never reach it
        return
    came: list[int] = []
    found = {number: signal.getsignal(number) for number in _ENDINGS}
    handlers = {number: handler for number, handler in found.items() if handler is not None}
    for number in handlers:
        signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number in came:
            signal.raise_signal(number)
