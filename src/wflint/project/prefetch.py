"""Reads the modules with entry points in several processes, when there is enough to read.

Notes are plain data: each process reads its share and sends back what it has noted. What is read
and what comes out does not depend on how many processes there are, and on how they begin; a process
that dies is only slower, because its share is then read here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

from wflint.progress import Tell
from wflint.project.store import Store
from wflint.system.interrupts import held_back

if TYPE_CHECKING:
    from wflint.project.spawning import ReadElsewhere

FORKED_WORTH_WHILE = 80
"""Files from which on a second process pays that is a copy of this one.

Measured on parts of temporalio/samples-python: a second process costs 55 to 70 ms of CPU time (to
fork, to send notes and to take them over), and to read a file takes 1.4 to 1.8 ms. So both ways
take equally long at 70 to 80 files; all 577 took 1.9 instead of 2.4 s on two idle cores.
"""
SPAWNED_WORTH_WHILE = 400
"""The same for a process that begins from nothing.

Such a process costs 0.5 to 0.7 s of CPU time, nearly all of it for imports. A file takes 2 ms to
read in temporalio/samples-python, and 11 ms in 2,256 files of 100 public repositories: there one
process took 24.3 s for all of them, and with a second one each of the two took less than 15.4 s.
"""
HEAD_START = 100
"""Files that this process reads before one that begins from nothing can have read any."""

_MOST = 8
"""More processes than this wait for the one that takes over what they have read."""

ReadModule = Callable[[str], None]
"""Reads one file into the store."""

Method = Literal["fork", "spawn"]
"""How processes begin: as a copy of this one, or from nothing."""


class Helper(Protocol):
    """A process that reads a share of the files."""

    share: Sequence[str]

    def news(self) -> bytes | None:
        """Wait for what the process has noted; ``None`` if it died, or never was."""

    def end(self) -> None:
        """Clear away the process, whatever it does."""


def prefetch(
    store: Store,
    paths: Sequence[str],
    read: ReadModule,
    jobs: int | None,
    progress: Tell | None = None,
    elsewhere: ReadElsewhere | None = None,
    method: Method | None = None,
) -> list[str]:
    """Read ``paths`` into the store in ``jobs`` processes; ``None`` decides by their number.

    Only files that were never read are worth a process. ``elsewhere`` reads as ``read`` does, in a
    process that begins from nothing; ``method`` is by default what suits the system. Gives lines to
    warn with when a process died, or there could not be several.
    """
    unread = [path for path in paths if not store.is_noted(path)]
    method = method or _method(elsewhere)
    count = _processes(len(unread), jobs, method)
    if count > 1 and method is None:
        one = "on this system one process reads all files"
        return [*prefetch(store, paths, read, 1, progress), *([one] if jobs else [])]
    lost = 0
    helpers: list[Helper] = []
    try:
        for share in _shares(unread, count, method):
            with held_back():
                helpers.append(_begin(method, store, read, elsewhere, share))
        given_away = {path for helper in helpers for path in helper.share}
        for number, path in enumerate((p for p in paths if p not in given_away), 1):
            read(path)
            if progress is not None:
                progress("Reading files", min(number * count, len(paths)), len(paths))
        for helper in helpers:
            news = helper.news()
            if news is None:
                lost += 1
            else:
                store.fact_cache.add(news)
            for path in helper.share:
                read(path)
    finally:
        for helper in helpers:
            helper.end()
    return [f"{lost} of {count} processes died; their files were read all the same"] * bool(lost)


def _method(elsewhere: ReadElsewhere | None) -> Method | None:
    """Return how processes can begin here; ``None`` if they cannot.

    A copy has one thread, and whatever others held stays locked in it. On macOS the libraries of
    the system allow no copies.
    """
    threading = sys.modules.get("threading")
    if sys.platform == "linux" and (threading is None or threading.active_count() == 1):
        return "fork"
    if elsewhere is None:
        return None
    from wflint.project.spawning import is_possible

    return "spawn" if is_possible() else None


def _processes(files: int, jobs: int | None, method: Method | None) -> int:
    if jobs is not None:
        return max(1, min(jobs, files))
    enough = FORKED_WORTH_WHILE if method == "fork" else SPAWNED_WORTH_WHILE
    if files < enough:
        return 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(usable or 1, files // (enough // 2), _MOST)


def _shares(paths: Sequence[str], count: int, method: Method | None) -> Iterator[Sequence[str]]:
    """Yield what each process but this one reads."""
    head_start = min(HEAD_START, len(paths) // 2) if method == "spawn" else 0
    length = -(-(len(paths) - head_start) // count)
    for number in range(1, count):
        yield paths[number::count][:length]


def _begin(
    method: Method | None,
    store: Store,
    read: ReadModule,
    elsewhere: ReadElsewhere | None,
    share: Sequence[str],
) -> Helper:
    if method == "spawn" and elsewhere is not None:
        from wflint.project.spawning import Spawned

        return Spawned(elsewhere, share)
    # LibCST is imported once, before there are several processes: that takes 0.3 s.
    import wflint.facts.bodies
    import wflint.facts.modules  # noqa: F401
    from wflint.project.forking import Forked

    return Forked(read, store.fact_cache.news, share)
