"""Runs programs in turns and tells how long they take: medians of wall time, CPU time, memory."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple


def nothing() -> None:
    """Do nothing: most runs need no preparation."""


class Run(NamedTuple):
    """A command that is measured. ``prepare`` is called before each run and is not timed."""

    name: str
    command: tuple[str, ...]
    folder: Path
    prepare: Callable[[], None] = nothing


class Cost(NamedTuple):
    """The cost of a run: seconds of wall time, of CPU time of all processes, MB of the largest."""

    wall: float
    cpu: float
    memory: float


def costs(runs: Sequence[Run], rounds: int) -> dict[str, Cost]:
    """The median cost of each run. All take their turns, so that noise meets all of them."""
    found: dict[str, list[Cost]] = {run.name: [] for run in runs}
    for _ in range(rounds):
        for run in runs:
            run.prepare()
            found[run.name].append(_cost(run))
    return {
        name: Cost(*map(statistics.median, zip(*all_, strict=True))) for name, all_ in found.items()
    }


def _cost(run: Run) -> Cost:
    started = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        _become(run)
    _, status, used = os.wait4(pid, 0)
    wall = time.perf_counter() - started
    code = os.waitstatus_to_exitcode(status)
    if code < 0 or code == 127:
        raise SystemExit(f"{run.name}: `{' '.join(run.command)}` failed with {code}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _become(run: Run) -> None:
    try:
        os.chdir(run.folder)
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        os.execvp(run.command[0], run.command)
    finally:
        os._exit(127)
