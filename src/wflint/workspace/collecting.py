"""Memory in a process that checks again and again."""

from __future__ import annotations

import ctypes
import gc
import sys


def collect_rarely() -> None:
    """Let the collector run from now on.

    The command line does without: it ends before there is much to collect. Where checks go on there
    is, but not after each 700 objects: that takes a third of a check.
    """
    gc.enable()
    gc.set_threshold(100_000, 50, 100)


def collect() -> None:
    """Free what nobody needs any more, and give it back to the system.

    glibc keeps what is free between what is not, a third of all after some checks; nothing in
    Python asks it to give that back.
    """
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim is not None:
            trim(0)
