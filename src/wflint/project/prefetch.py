"""Reads the modules with entry points in several processes, when there is enough to read.

Notes are plain data: each process reads its share and sends back what it has noted. What is read
and what comes out does not depend on how many processes there are; a process that dies is only
slower, because its share is then read here. Processes are forked, which costs next to nothing, for
LibCST is then imported in all of them. Where that is not safe (anywhere but on Linux) there is one:
a process that begins from nothing imports for half a second, in which one reads 300 files.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from msgspec import Struct

from wflint.progress import Tell
from wflint.project.store import Store

WORTH_WHILE = 80
"""Files from which on a second process pays.

Measured on parts of temporalio/samples-python: a second process costs 55 to 70 ms of CPU time (to
fork, to send notes and to take them over), and to read a file takes 1.4 to 1.8 ms. So both ways
take equally long at 70 to 80 files; all 577 took 1.9 instead of 2.4 s on two idle cores.
"""
_MOST = 8
"""More processes than this wait for the one that takes over what they have read."""

_LENGTH = 8
"""The bytes in front of what a process sends that say how long that is."""


ReadModule = Callable[[str], None]
"""Reads one file into the store."""


class Helper(Struct):
    """A process that reads a share of the files, and the end of the pipe that it writes to."""

    pid: int
    pipe: int
    share: Sequence[str]


def prefetch(
    store: Store,
    paths: Sequence[str],
    read: ReadModule,
    jobs: int | None,
    progress: Tell | None = None,
) -> list[str]:
    """Read ``paths`` into the store in ``jobs`` processes; ``None`` decides by their number.

    Only files that were never read are worth a process. Gives lines to warn with when a process
    died, or there could not be several.
    """
    unread = [path for path in paths if not store.is_noted(path)]
    count = _processes(len(unread), jobs)
    if count > 1 and sys.platform != "linux":
        one = "on this system one process reads all files"
        return [*prefetch(store, paths, read, 1, progress), *([one] if jobs else [])]
    lost = 0
    helpers: list[Helper] = []
    try:
        _start(helpers, store, unread, read, count)
        given_away = {path for helper in helpers for path in helper.share}
        for number, path in enumerate((p for p in paths if p not in given_away), 1):
            read(path)
            if progress is not None:
                progress("Reading files", min(number * count, len(paths)), len(paths))
        for helper in helpers:
            lost += not _take_over(store, helper)
            for path in helper.share:
                read(path)
    finally:
        _end(helpers)
    return [f"{lost} of {count} processes died; their files were read all the same"] * bool(lost)


def _start(
    helpers: list[Helper], store: Store, paths: Sequence[str], read: ReadModule, count: int
) -> None:
    """Start all processes but this one."""
    if count < 2:
        return
    # LibCST is imported once, before there are several processes: that takes 0.3 s.
    import wflint.facts.bodies
    import wflint.facts.modules  # noqa: F401

    for number in range(1, count):
        share = paths[number::count]
        ours, theirs = os.pipe()
        # An interrupt must not find the new process with our handler, which would speak of it.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            pid = _fork()
            if pid == 0:
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
                _work(theirs, store, share, read)
            helpers.append(Helper(pid, ours, share))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(theirs)


def _fork() -> int:
    """A new process, as ``os.fork`` has it; -1 where the system allows no more of them."""
    try:
        return os.fork()
    except OSError:
        return -1


def _end(helpers: Sequence[Helper]) -> None:
    """Clear away the processes; those that still read, as after Ctrl-C, are ended."""
    for helper in helpers:
        os.close(helper.pipe)
        if helper.pid > 0:
            os.kill(helper.pid, signal.SIGKILL)
            os.waitpid(helper.pid, 0)


def _processes(files: int, jobs: int | None) -> int:
    if jobs is not None:
        return max(1, min(jobs, files))
    if files < WORTH_WHILE:
        return 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(usable or 1, files // (WORTH_WHILE // 2), _MOST)


def _work(pipe: int, store: Store, paths: Sequence[str], read: ReadModule) -> NoReturn:
    """Read as a forked process, without a word: the one that asked reads again and complains."""
    try:
        for path in paths:
            read(path)
        news = store.fact_cache.news()
        with open(pipe, "wb") as stream:
            stream.write(len(news).to_bytes(_LENGTH, "big") + news)
        os._exit(0)
    finally:
        os._exit(1)


def _take_over(store: Store, helper: Helper) -> bool:
    """Add what a process has noted; false if it died, or there is none."""
    if helper.pid < 0:
        return False
    with open(helper.pipe, "rb", closefd=False) as stream:
        data = stream.read()
    news = data[_LENGTH:]
    if len(data) < _LENGTH or len(news) != int.from_bytes(data[:_LENGTH], "big"):
        return False  # it did not come to the end
    store.fact_cache.add(news)
    return True
