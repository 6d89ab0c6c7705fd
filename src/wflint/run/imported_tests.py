"""Finds code that is named like a test and is none: other code that is no test imports it.

``test_cycle_workflow.py`` holds the workflow of test cycles, which a Worker registers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import PurePath

_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import[ \t]*(?:\([^)]*\)|[^\n]*)|import[ \t][^\n]*)",
    re.MULTILINE,
)
_WORD = re.compile(rb"\w+")
_IS_TEST = re.compile(
    rb"^(?:async[ \t]+)?def[ \t]+test_|^(?:from|import)[ \t]+(?:pytest|unittest)\b", re.MULTILINE
)


def imported_tests(
    named: Iterable[str], others: Iterable[str], read: Callable[[str], bytes]
) -> frozenset[str]:
    """Return those of the files ``named`` like tests that some of ``others`` import.

    A file that defines tests is one in any case.
    """
    stems: dict[bytes, list[str]] = {}
    for path in named:
        if _IS_TEST.search(_bytes(path, read)) is None:
            stems.setdefault(PurePath(path).stem.encode("utf-8", "replace"), []).append(path)
    found: set[str] = set()
    for path in others if stems else ():
        for line in _IMPORT.findall(_bytes(path, read)):
            for word in stems.keys() & set(_WORD.findall(line)):
                found.update(stems[word])
    return frozenset(found)


def _bytes(path: str, read: Callable[[str], bytes]) -> bytes:
    with suppress(OSError):
        return read(path)
    return b""
