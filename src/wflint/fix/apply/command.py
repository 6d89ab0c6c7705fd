"""Fixing by `wflint check`: of files, or as a diff of what would change."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from wflint.fix.apply import write as writing
from wflint.fix.apply.ignores import add_ignores
from wflint.fix.apply.rounds import Mended, Outcome, mend
from wflint.fix.apply.write import NotWritten, Patience, write
from wflint.report.summary import count
from wflint.run.check import check, finder_for, is_stdin
from wflint.run.request import Request, Result
from wflint.system.borders import Border
from wflint.system.printable import visible

_WAITING = "is locked by another process, such as another run of wflint; waiting for it"


def fix_files(request: Request, unsafe: bool, tell: Callable[[str], None]) -> Outcome:
    """Fix the files of a request on disk; that on stdin is left to :func:`fixed_stdin`.

    ``tell`` is given a line when a file has to be waited for. Files that cannot be written are
    problems of the result, and not among the files any more.
    """
    return write_files(request, mend(request, unsafe), tell)


def ignore_in_files(request: Request, reason: str, tell: Callable[[str], None]) -> Outcome:
    """Hide what is found by comments in the files, in the way that :func:`fix_files` fixes them."""
    return write_files(request, add_ignores(request, reason), tell)


def write_files(
    request: Request,
    outcome: Outcome,
    tell: Callable[[str], None],
    again: Callable[[Request], Result] = check,
) -> Outcome:
    """Write the files of an outcome to disk.

    ``again`` says what is found where some files could not be written, which the texts of the
    request it is given leave out.
    """
    finder = finder_for(request)
    shown = {os.path.realpath(file.path): file.filename for file in outcome.files}
    patience = Patience(lambda path: tell(_waiting(shown[path])))
    written: list[Mended] = []
    failed: list[str] = []
    for file in outcome.files:
        try:
            if not is_stdin(file.path, request):
                border = Border(finder.find(Path(file.path)).root)
                write(file.path, file.before, file.after, border, patience)
            written.append(file)
        except NotWritten as error:
            failed.append(f"{file.filename} {error.reason}")
    if not failed:
        return Outcome(outcome.result, written)
    texts = {**request.texts, **{file.path: file.after for file in written}}
    result = again(replace(request, texts=texts))
    problems = [*result.problems, *outcome.result.problems, *failed]
    result.problems[:] = dict.fromkeys(problems)
    return Outcome(result, written)


def fixed_stdin(outcome: Outcome, request: Request) -> bytes:
    """Return the file on stdin as it is after fixing."""
    fixed = (file.after for file in outcome.files if is_stdin(file.path, request))
    return next(fixed, request.stdin or b"")


def find_fixes(request: Request, unsafe: bool, reason: str | None = None) -> Outcome:
    """Return what fixing would change, or adding comments with a reason; nothing is written."""
    return mend(request, unsafe) if reason is None else add_ignores(request, reason)


def summary(outcome: Outcome, verb: str) -> str:
    """Return a sentence on how much was fixed, or ``""``; ``verb`` is "Fixed" or "Would fix"."""
    if not outcome.files:
        return ""
    fixed, files = count(len(outcome.fixed), "diagnostic"), count(len(outcome.files), "file")
    return f"{verb} {fixed} in {files}.\n"


def listed(files: Sequence[Mended]) -> str:
    """Return a text on what was fixed in each file, for ``--show-fixes``."""
    return "".join(line for file in files for line in _lines(file))


def _lines(file: Mended) -> Iterator[str]:
    yield f"{visible(file.filename)}:\n"
    found = Counter((d.code, d.name) for d in file.fixed)
    for (code, name), number in sorted(found.items()):
        yield f"    {number} × {code} {name}\n"


def _waiting(shown: str) -> str:
    return f"{shown} {_WAITING}, at most {writing.LONGEST_WAIT:g} seconds"
