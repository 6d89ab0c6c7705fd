"""The changes of fixed files as a unified diff, as `patch -p0` and `git apply -p0` read it.

It is made of bytes, because a file has to be found in it as it is: with its byte order mark, its
line ends and its encoding.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

from wflint.fix.rounds import Mended

_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
_NO_END = b"\\ No newline at end of file\n"


def unified(files: Sequence[Mended]) -> bytes:
    """One diff for all files."""
    return b"".join(line for file in files for line in _of_file(file))


def _of_file(file: Mended) -> Iterator[bytes]:
    before, after = _LINE.findall(file.before), _LINE.findall(file.after)
    name = file.filename.encode()
    if b" " in name:
        name += b"\t"  # by this `patch` sees where a name ends
    for line in difflib.diff_bytes(difflib.unified_diff, before, after, name, name):
        yield line if line.endswith(b"\n") else b"%b\n%b" % (line, _NO_END)
