"""Tells the files that programs write: nobody changes them by hand."""

from __future__ import annotations

import re

_SAYS_SO = re.compile(r"(?:^|[\r\n])#[^\r\n]*(?:@generated\b|\bDO NOT EDIT\b)")
_NAMES = ("_pb2.py", "_pb2_grpc.py")
_HEAD_OF_FILE = 2_000
"""In how many characters at the top of a file it says that it is generated."""


def is_generated(path: str, text: str) -> bool:
    """True if a file says at its top, or by its name, that a program writes it."""
    return path.endswith(_NAMES) or _SAYS_SO.search(text[:_HEAD_OF_FILE]) is not None
