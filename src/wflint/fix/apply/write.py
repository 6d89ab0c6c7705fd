"""Writes a changed file so that there is always a whole one: the old one or the new one."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from wflint.system.borders import Border
from wflint.system.disk import read_file

_ENDINGS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""Signals that end the process, and could leave a temporary file behind."""

LONGEST_WAIT = 30.0
"""Seconds for which a run waits for locks. Another one has each only while it writes that file."""

_QUIET = 2.0
"""Seconds for which nothing is said."""

_PAUSE = 0.02


class NotWritten(Exception):
    """The file stays as it was; ``reason`` says why and what to do, after the name of the file."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Patience:
    """The time that one run waits, in all, for files that others have locked.

    ``tell`` is called once, with the path of the first file for which it takes long.
    """

    def __init__(self, tell: Callable[[str], None] = lambda path: None) -> None:
        self.left = LONGEST_WAIT
        self.tell = tell
        self.has_told = False


def write(
    path: str,
    before: bytes,
    after: bytes,
    border: Border,
    patience: Patience | None = None,
) -> None:
    """Replace ``before`` by ``after`` in one step.

    The new file has the mode, the owner and the attributes of the old one. A link stays a link: the
    file that it leads to is written, if that is in the same repository. A further hard link to the
    file keeps the old text. Another run that writes the file is waited for with ``patience``.
    Raises :class:`NotWritten`.
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
        with _alone(target, patience or Patience()), _undisturbed():
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
def _alone(target: str, patience: Patience) -> Iterator[None]:
    """Let no other run of wflint write a file at the same time: what it has fixed would be lost.

    The lock is on the file itself. Who has waited for it finds another file in its place, and what
    it wanted to replace gone. Where there are no such locks, or a file cannot take one, the bytes
    are compared all the same.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    held = os.open(target, os.O_RDONLY | os.O_NONBLOCK)
    try:
        _take(lambda: fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB), target, patience)
        yield
    finally:
        os.close(held)  # which gives the lock back


def _take(lock: Callable[[], None], target: str, patience: Patience) -> None:
    """Try to take a lock until somebody who has it gives it back, but not for ever."""
    begun, before = time.monotonic(), patience.left
    while True:
        try:
            return lock()
        except BlockingIOError:
            waited = time.monotonic() - begun
        except OSError:
            return  # this file cannot be locked
        patience.left = max(0.0, before - waited)
        if not patience.left:
            raise NotWritten(
                "is locked by another process, so it was not fixed; wait for that, or end it, "
                "and run again"
            )
        if waited >= _QUIET and not patience.has_told:
            patience.tell(target)
            patience.has_told = True
        time.sleep(_PAUSE)


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
