"""What `wflint check` does when it is asked to fix: files, or a diff of what would change."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence

from wflint.fix.diff import unified
from wflint.fix.rounds import Mended, Outcome, mend
from wflint.fix.write import NotWritten, write
from wflint.output import write_stdout
from wflint.report.summary import count
from wflint.request import Request


def fix_files(request: Request, unsafe: bool) -> Outcome:
    """Fix the files of a request on disk; that on stdin goes to stdout.

    Files that cannot be written are problems of the result, and not among the files any more.
    """
    outcome = mend(request, unsafe)
    stdin = _stdin_path(request)
    written: list[Mended] = []
    for file in outcome.files:
        try:
            if file.path != stdin:
                write(file.path, file.before, file.after)
            written.append(file)
        except NotWritten as error:
            outcome.result.problems.append(f"{file.filename} {error.reason}")
    if stdin is not None and request.stdin is not None:
        data = next((f.after for f in written if f.path == stdin), request.stdin)
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    return Outcome(outcome.result, written)


def show_diff(request: Request, unsafe: bool) -> Outcome:
    """Print what fixing would change."""
    outcome = mend(request, unsafe)
    write_stdout(unified(outcome.files))
    return outcome


def summary(outcome: Outcome, verb: str) -> str:
    """How much was fixed, or ``""``; ``verb`` is "Fixed" or "Would fix"."""
    if not outcome.files:
        return ""
    fixed, files = count(len(outcome.fixed), "diagnostic"), count(len(outcome.files), "file")
    return f"{verb} {fixed} in {files}.\n"


def listed(files: Sequence[Mended]) -> str:
    """What was fixed in each file, for ``--show-fixes``."""
    return "".join(line for file in files for line in _lines(file))


def _lines(file: Mended) -> Iterator[str]:
    yield f"{file.filename}:\n"
    found = Counter((d.code, d.name) for d in file.fixed)
    for (code, name), number in sorted(found.items()):
        yield f"    {number} × {code} {name}\n"


def _stdin_path(request: Request) -> str | None:
    if request.stdin is None:
        return None
    return os.path.abspath(request.stdin_filename or "<stdin>")
