"""The changes of fixed files as a unified diff, as `patch` and `git apply` read it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

from wflint.fix.rounds import Mended
from wflint.source import decode

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NO_END = "\\ No newline at end of file\n"


def unified(files: Sequence[Mended]) -> str:
    """One diff for all files."""
    return "".join(line for file in files for line in _of_file(file))


def _of_file(file: Mended) -> Iterator[str]:
    before, after = (_LINE.findall(decode(data).text) for data in (file.before, file.after))
    for line in difflib.unified_diff(before, after, file.filename, file.filename):
        yield line if line.endswith("\n") else f"{line}\n{_NO_END}"
