"""A progress bar on stderr, for runs that take longer than a second."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

PATIENCE = 1.0
PAUSE = 0.1
"""Seconds between two looks of the bar."""


class Progress:
    """Told how far a run has come; shows nothing at all in a short run.

    It is drawn only when it is told something, so that no thread runs beside the processes that
    read files.
    """

    def __init__(self) -> None:
        self._drawn = time.monotonic() + PATIENCE - PAUSE
        self._bar: Bar | None = None

    def __call__(self, does: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._drawn < PAUSE:
            return
        self._drawn = now
        if self._bar is None:
            self._bar = _make_bar()
            self._bar.add_task(does)
            self._bar.start()
        known = max(done, total) or None
        self._bar.update(
            self._bar.task_ids[0], description=does, completed=done, total=known, refresh=True
        )

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()


def _make_bar() -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Bar(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
