"""Measures the time and memory of each stage of a run, in a process of its own.

Stages stand in each other, as reading facts does in the search: each is told without the others.
"""

from __future__ import annotations

import functools
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

STAGES = ("gate", "facts", "search", "emit")


class Stopwatch:
    """Adds up the time of each stage."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(STAGES, 0.0)
        self._open: list[str] = []
        self._since = 0.0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what runs inside for a stage."""
        self._stop()
        self._open.append(name)
        try:
            yield
        finally:
            self._stop()
            self._open.pop()

    def _stop(self) -> None:
        now = time.process_time()
        if self._open:
            self.seconds[self._open[-1]] += now - self._since
        self._since = now

    def watch(self, owner: Any, name: str, stage: str) -> None:
        """Count each call of a function, which is an attribute of ``owner``, for a stage."""
        function: Callable[..., object] = getattr(owner, name)

        @functools.wraps(function)
        def watched(*args: object, **kwargs: object) -> object:
            with self.stage(stage):
                return function(*args, **kwargs)

        setattr(owner, name, watched)


def measure(folder: str) -> dict[str, float]:
    """The seconds of each stage, and the peak of memory in MB, of one run in this process."""
    from wflint.project import store
    from wflint.run import check as run
    from wflint.run import program_run as project_run
    from wflint.run.request import Request

    watch = Stopwatch()
    watch.watch(run, "gate", "gate")
    watch.watch(store.Store, "_load", "facts")
    watch.watch(store.Store, "_read_body", "facts")
    watch.watch(project_run, "analyse", "search")
    os.chdir(folder)
    with watch.stage("emit"):
        run.check(Request(paths=(".",), jobs=1, isolated=True))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**watch.seconds, "memory": memory}


if __name__ == "__main__":
    json.dump(measure(sys.argv[1]), sys.stdout)
