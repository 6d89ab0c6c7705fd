"""Tells tests from code that is only named like one: other code that is no test imports it.

``test_cycle_workflow.py`` holds the workflow of test cycles, which a Worker registers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cached_property
from pathlib import PurePath

from wflint.files.prefilter import Gated
from wflint.files.source import with_newlines
from wflint.run.program_settings import Governing

_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import[ \t]*(?:\([^)]*\)|[^\n]*)|import[ \t][^\n]*)",
    re.MULTILINE,
)
_WORD = re.compile(rb"\w+")
_IS_TEST = re.compile(
    rb"^(?:async[ \t]+)?def[ \t]+test_|^(?:from|import)[ \t]+(?:pytest|unittest)\b", re.MULTILINE
)

Read = Callable[[str], bytes]


class KnownTests:
    """The tests among the files of a program."""

    def __init__(self, governing: Governing, gated: Gated, read: Read) -> None:
        self._governing = governing
        self._gated = gated
        self._read = read
        self._known: dict[str, bool] = {}

    def has(self, path: str) -> bool:
        """True if a file is a test, and not only named like one."""
        if path not in self._known:
            self._known[path] = self._governing.is_test(path) and path not in self._imported
        return self._known[path]

    @cached_property
    def _imported(self) -> frozenset[str]:
        """Files that are named like tests, and that other code imports."""
        governing, gated = self._governing, self._gated
        named = [path for path in gated.candidates if governing.is_test_by_name(path)]
        others = (path for path in gated.named if not governing.is_test(path))
        return _imported_tests(named, others, self._read)


def _imported_tests(named: Iterable[str], others: Iterable[str], read: Read) -> frozenset[str]:
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


def _bytes(path: str, read: Read) -> bytes:
    with suppress(OSError):
        return with_newlines(read(path))
    return b""
