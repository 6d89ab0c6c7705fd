"""The program: ``wflint``, and ``python -m wflint``."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from typing import NoReturn

from wflint.cli import main


def run() -> NoReturn:
    """Run the command line; at the end the system takes all memory back at once.

    To look for garbage on the way and to free one object after the other takes a fifth of a run.
    """
    gc.disable()
    code: object = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):  # closed, or nobody reads
            stream.flush()
    os._exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    run()
