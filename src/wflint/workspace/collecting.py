"""The garbage collector in a process that checks again and again."""

from __future__ import annotations

import gc


def collect_rarely() -> None:
    """Let the collector run from now on.

    The command line does without: it ends before there is much to collect. Where checks go on there
    is, but not after each 700 objects: that takes a third of a check.
    """
    gc.enable()
    gc.set_threshold(100_000, 50, 100)
