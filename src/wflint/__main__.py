"""The program: ``wflint``, and ``python -m wflint``."""

import os
import sys

from wflint.import_path import forget_working_directory

forget_working_directory()  # first of all: nothing else may come from there

import contextlib  # noqa: E402
import gc  # noqa: E402
from typing import NoReturn  # noqa: E402

from wflint.cli import main  # noqa: E402


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
