"""Check that bytes are a Python file."""

from __future__ import annotations

from wflint.files.source import UnreadableSource, decode
from wflint.syntax.guard import NewerSyntax, parse


def is_python(data: bytes) -> bool:
    """True if Python can parse the bytes of a file, or LibCST can, where the syntax is newer."""
    try:
        source = decode(data)
        parse(source)
    except NewerSyntax as error:
        from wflint.syntax.pieces import read_whole

        try:
            read_whole(source, error.refused)
        except UnreadableSource:
            return False
    except UnreadableSource:
        return False
    return True
