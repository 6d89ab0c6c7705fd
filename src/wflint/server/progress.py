"""A progress bar in the editor, for the first check of a folder."""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from types import TracebackType

from lsprotocol import types

from wflint.progress import Tell
from wflint.server.client import Client

_numbers = itertools.count(1)
_PAUSE = 0.2
"""Seconds between two reports."""


class Bar:
    """A bar of the editor, as long as a check takes."""

    def __init__(self, client: Client, path: str, *, wanted: bool) -> None:
        self._client = client
        self._path = path
        self._is_shown = wanted and client.shows_progress
        self._token = f"wflint-{os.getpid()}-{next(_numbers)}"

    async def __aenter__(self) -> Bar:
        """Show the bar."""
        if self._is_shown:
            server = self._client.server
            try:
                await server.work_done_progress.create_async(self._token)
            except Exception:  # an editor may refuse it
                self._is_shown = False
                return self
            title = f"wflint: checking {os.path.basename(self._path)}"
            begin = types.WorkDoneProgressBegin(title=title, percentage=0)
            server.work_done_progress.begin(self._token, begin)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        if self._is_shown:
            end = types.WorkDoneProgressEnd()
            self._client.server.work_done_progress.end(self._token, end)

    def progress(self, loop: asyncio.AbstractEventLoop) -> Tell | None:
        """Return a function that takes the progress of the check, from any thread."""
        if not self._is_shown:
            return None
        last = time.monotonic()

        def report(does: str, done: int, known: int) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= _PAUSE:
                last = now
                loop.call_soon_threadsafe(self._report, does, done, known)

        return report

    def _report(self, does: str, done: int, known: int) -> None:
        said = types.WorkDoneProgressReport(
            message=f"{does} {done:,} of {known:,}",
            percentage=min(100, 100 * done // max(known, 1)),
        )
        self._client.server.work_done_progress.report(self._token, said)
