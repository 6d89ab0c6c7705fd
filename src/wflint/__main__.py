"""The program: ``wflint``, and ``python -m wflint``."""

import os
import sys

from wflint.system.import_path import forget_working_directory

forget_working_directory()  # first of all: nothing else may come from there

_INTERRUPTED = 130


def run() -> None:
    """Run the command line; at the end the system takes all memory back at once.

    To look for garbage on the way and to free one object after the other takes a fifth of a run.
    """
    try:
        code = _run()
    except KeyboardInterrupt:  # also while modules are imported
        code = _INTERRUPTED
    os._exit(code)


def _run() -> int:
    import contextlib
    import gc

    from wflint.system.interrupts import happened, watch

    watch()
    gc.disable()
    code: object = 0
    try:
        from wflint.cli.main import main

        main()
    except Exception:
        if happened():
            return _INTERRUPTED
        raise
    except SystemExit as end:
        code = end.code
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):  # closed, or nobody reads
            stream.flush()
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    run()
