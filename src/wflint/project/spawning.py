"""A new process that reads a share of the files, for systems that make no copies of processes.

It begins from nothing, so it imports for 0.4 s before it reads, and is told what it reads with. It
imports from where Python and wflint are installed, and from nowhere else: neither from the working
directory nor from the folder of a script, which is not run again either. It says nothing, and it
ends when the process that began it does.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import BinaryIO, NoReturn

from wflint.project.sending import sent, whole
from wflint.system.import_path import trusted_path

ReadElsewhere = Callable[[Sequence[str]], bytes]
"""Reads files in a process that knows nothing, and returns what it has noted.

It can be pickled.
"""

_FLAGS = {
    "isolated": "-I",
    "ignore_environment": "-E",
    "no_user_site": "-s",
    "no_site": "-S",
    "dont_write_bytecode": "-B",
}
_BEGIN = (
    "import sys, marshal; sys.path[:] = marshal.load(sys.stdin.buffer); "
    f"from {__name__} import main; main()"
)
"""``sys`` and ``marshal`` are built in: the path is set before anything is looked for in it."""


def is_possible() -> bool:
    """True if a Python can be started that is like this one."""
    name = os.path.basename(sys.executable or "").lower()
    return name.startswith(("python", "pypy")) and not getattr(sys, "frozen", False)


class Spawned:
    """A process of its own. ``read`` is pickled, and reads ``share`` in it."""

    def __init__(self, read: ReadElsewhere, share: Sequence[str]) -> None:
        self.share = share
        self._process = _started()
        if self._process is None or self._process.stdin is None:
            return
        with contextlib.suppress(OSError):  # it died; it will be seen that it sends nothing
            marshal.dump(trusted_path(), self._process.stdin)
            pickle.dump((read, list(share)), self._process.stdin)
            self._process.stdin.flush()

    def news(self) -> bytes | None:
        """Return what the process has noted; ``None`` if it died, or never was."""
        if self._process is None or self._process.stdout is None:
            return None
        return whole(self._process.stdout.read())

    def end(self) -> None:
        """Clear away the process; one that still reads, as after Ctrl-C, is ended."""
        if self._process is None:
            return
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self._process.wait()


def _started() -> subprocess.Popen[bytes] | None:
    flags = [flag for name, flag in _FLAGS.items() if getattr(sys.flags, name)]
    try:
        return subprocess.Popen(
            [sys.executable, *flags, "-c", _BEGIN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # On Windows: no console of its own, and no Ctrl-C.
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0)
            | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    except (OSError, ValueError):
        return None


def main() -> NoReturn:
    """Be such a process: read what stdin says, and write what was noted to stdout."""
    import gc

    try:
        gc.disable()
        given = sys.stdin.buffer
        # What is imported may print; that must not get among what is sent.
        out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        read, share = pickle.load(given)
        threading.Thread(target=_end_with, args=(given,), daemon=True).start()
        out.write(sent(read(share)))
        out.flush()
        os._exit(0)
    finally:
        os._exit(1)


def _end_with(given: BinaryIO) -> None:
    """End this process as soon as nobody holds the other end of its stdin any more."""
    given.read(1)
    os._exit(1)
