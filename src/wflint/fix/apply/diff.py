"""The changes of fixed files as a unified diff, as `patch -p0` and `git apply -p0` read it.

It is made of bytes, because a file has to be found in it as it is: with its byte order mark, its
line ends and its encoding.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Any

from wflint.fix.apply.rounds import Mended
from wflint.system.printable import visible

_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
_HEAD: dict[str, Any] = {"bold": True}
_STYLES: dict[bytes, dict[str, Any]] = {
    b"@": {"fg": "cyan"},
    b"-": {"fg": "red"},
    b"+": {"fg": "green"},
}
_NO_END = b"\\ No newline at end of file\n"


def unified(files: Sequence[Mended]) -> bytes:
    """One diff for all files."""
    return b"".join(line for file in files for line in _of_file(file))


def _of_file(file: Mended) -> Iterator[bytes]:
    before, after = _LINE.findall(file.before), _LINE.findall(file.after)
    name = _name(file.filename)
    for line in difflib.diff_bytes(difflib.unified_diff, before, after, name, name):
        yield line if line.endswith(b"\n") else b"%b\n%b" % (line, _NO_END)


def _name(filename: str) -> bytes:
    """A file name as git and `patch` write one: in quotes where it holds control characters."""
    name = filename.encode()
    if not filename.isprintable():
        escaped = (_escaped(c) for c in filename)
        return b'"%b"' % "".join(escaped).encode()
    return name + b"\t" if b" " in name else name  # by the tab `patch` sees where the name ends


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    return "".join(f"\\{byte:03o}" for byte in character.encode())


def readable(files: Sequence[Mended], color: bool = False) -> str:
    """The diff for a person to read on a terminal, which must not obey what stands in it."""
    return "".join(
        _readable(line, _style(number, line) if color else {})
        for file in files
        for number, line in enumerate(_of_file(file))
    )


def _style(number: int, line: bytes) -> dict[str, Any]:
    """Return how a line of the diff of one file is printed; the first two name the file."""
    return _HEAD if number < 2 else _STYLES.get(line[:1], {})


def _readable(line: bytes, style: dict[str, Any]) -> str:
    import click

    text = line.decode("utf-8", "backslashreplace").removesuffix("\n")
    shown = "\t".join(map(visible, text.split("\t")))
    return (click.style(shown, **style) if style else shown) + "\n"
