"""Tells of Ctrl-C where it does not come through as itself.

Python makes another error of an interrupt in some places: while a class is made, or while a module
of its own is loaded. Such an error is no fault of anybody's.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_seen: list[int] = []


def watch() -> None:
    """Take note of interrupts from now on."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)


def happened() -> bool:
    """True once there was an interrupt."""
    return bool(_seen)


@contextmanager
def held_back() -> Iterator[None]:
    """Let an interrupt wait until the end of a block, where the system can do that.

    Processes that begin in the block hold it back as well.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    _seen.append(number)
    raise KeyboardInterrupt
