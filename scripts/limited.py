"""Runs functions in a process of its own, each within a time limit.

Code of workflows that never ends cannot be stopped from within its process: its event loop runs in
the one that would look at the clock.
"""

from __future__ import annotations

import logging
import multiprocessing
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, TypeVar

Result = TypeVar("Result")


class TooLong(Exception):
    """A function took longer than it may."""


class Helper:
    """A process that runs one function after the other; one that takes too long ends it.

    What the functions have kept is lost then: the next one runs in a new process.
    """

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._process: Any = None
        self._ours: Connection | None = None

    def __enter__(self) -> Helper:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def run(self, seconds: float, function: Callable[..., Result], *args: object) -> Result:
        """Return what a function of a module gives. Raises :class:`TooLong`."""
        pipe = self._pipe()
        pipe.send((function, args))
        if not pipe.poll(seconds):
            self._end()
            raise TooLong
        try:
            is_result, found = pipe.recv()
        except EOFError:
            self._end()
            raise RuntimeError("the process has ended by itself") from None
        if not is_result:
            raise RuntimeError(found)
        result: Result = found
        return result

    def _pipe(self) -> Connection:
        if self._ours is None:
            self._ours, its = self._context.Pipe()
            self._process = self._context.Process(target=_work, args=(its,), daemon=True)
            self._process.start()
            its.close()
        return self._ours

    def _end(self) -> None:
        if self._ours is not None:
            self._ours.close()
            self._process.kill()
            self._process.join()
            self._ours = None


def _work(pipe: Connection) -> None:
    logging.disable(logging.CRITICAL)  # what fails here fails on purpose
    warnings.simplefilter("ignore")
    while True:
        try:
            function, args = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send((True, function(*args)))
        except Exception as error:
            pipe.send((False, f"{type(error).__name__}: {error}"))
