"""Reads the modules with entry points in several processes, when there is enough to read.

Notes are plain data: each process reads its share and sends back what it has noted. What is read
and what comes out does not depend on how many processes there are; a process that dies is only
slower, because its share is then read here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from wflint.program.store import Store

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkProcess

    Helper = tuple[ForkProcess, Connection, Sequence[str]]

WORTH_WHILE = 80
"""Files from which on a second process pays for its start and for sending facts back."""


ReadModule = Callable[[str], None]
"""Reads one file into the store."""


def prefetch(
    store: Store,
    paths: Sequence[str],
    read: ReadModule,
    jobs: int | None,
    progress: Callable[[int, int], None] | None = None,
) -> list[str]:
    """Read ``paths`` into the store in ``jobs`` processes; ``None`` decides by their number.

    Gives lines to warn with when a process died.
    """
    unread = [path for path in paths if not store.is_noted(path)]
    count = _processes(len(unread), jobs)
    helpers = _start(store, unread, read, count) if count > 1 else []
    given_away = {path for _, _, share in helpers for path in share}
    for number, path in enumerate(path for path in paths if path not in given_away):
        read(path)
        if progress is not None:
            progress(number * (len(helpers) + 1), len(paths))
    lost = 0
    for process, connection, share in helpers:
        if not _take_over(store, connection):
            lost += 1
        for path in share:
            read(path)
        process.join()
    return [f"{lost} of {count} processes died; their files were read all the same"] * bool(lost)


def _start(store: Store, paths: Sequence[str], read: ReadModule, count: int) -> list[Helper]:
    """Start all processes but this one; none where a process cannot be forked."""
    if sys.platform != "linux":
        return []
    import multiprocessing

    # LibCST is imported once, before there are several processes: that takes 0.3 s.
    import wflint.facts.bodies
    import wflint.facts.modules  # noqa: F401

    context = multiprocessing.get_context("fork")
    helpers: list[Helper] = []
    for number in range(1, count):
        ours, theirs = context.Pipe(duplex=False)
        share = paths[number::count]
        process = context.Process(target=_work, args=(theirs, store, share, read), daemon=True)
        process.start()
        theirs.close()
        helpers.append((process, ours, share))
    return helpers


def _processes(files: int, jobs: int | None) -> int:
    if jobs is not None:
        return min(jobs, files)
    if files < WORTH_WHILE:
        return 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(usable or 1, files // (WORTH_WHILE // 2), 8)


def _work(connection: Connection, store: Store, paths: Sequence[str], read: ReadModule) -> None:
    """What a forked process does. It never speaks: the one that asked reads again and complains."""
    try:
        for path in paths:
            read(path)
        connection.send_bytes(store.notebook.news())
        connection.close()
    except BaseException:
        os._exit(1)


def _take_over(store: Store, connection: Connection) -> bool:
    """Add what a process has noted; false if it died."""
    try:
        store.notebook.add(connection.recv_bytes())
    except (EOFError, OSError):
        return False
    return True
