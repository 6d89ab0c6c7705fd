"""A copy of this process that reads a share of the files.

A copy costs next to nothing, because all that it needs is imported already.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NoReturn

from wflint.project.sending import sent, whole


class Forked:
    """A copy of this process, and the end of the pipe that it writes to."""

    def __init__(
        self, read: Callable[[str], None], noted: Callable[[], bytes], share: Sequence[str]
    ) -> None:
        self.share = share
        self._pipe, theirs = os.pipe()
        origin = os.getpid()
        self._pid = _fork()
        if self._pid == 0:
            _work(theirs, origin, read, noted, share)
        os.close(theirs)

    def news(self) -> bytes | None:
        """Return what the process has noted; ``None`` if it died, or never was."""
        if self._pid < 0:
            return None
        with open(self._pipe, "rb", closefd=False) as stream:
            return whole(stream.read())

    def end(self) -> None:
        """Clear away the process; one that still reads, as after Ctrl-C, is ended."""
        os.close(self._pipe)
        if self._pid > 0:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)


def _fork() -> int:
    """A new process, as ``os.fork`` has it; -1 where the system allows no more of them."""
    try:
        return os.fork()
    except OSError:
        return -1


def _work(
    pipe: int,
    origin: int,
    read: Callable[[str], None],
    noted: Callable[[], bytes],
    share: Sequence[str],
) -> NoReturn:
    """Read without a word: the process ``origin`` reads again and complains, if it still lives."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # ours would speak of it
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        for path in share:
            if os.getppid() != origin:
                os._exit(1)
            read(path)
        with open(pipe, "wb") as stream:
            stream.write(sent(noted()))
        os._exit(0)
    finally:
        os._exit(1)
