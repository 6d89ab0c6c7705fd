"""Which files of a program may be loaded into the process that runs a workflow.

A Worker has only what code hands it that runs in its process: the files that lead to the workflow's
file by their imports, and what these import. Pytest loads a `conftest.py` with the tests below it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from wflint.inference.resolver import Resolver
from wflint.project.import_closures import ImportClosures

_SETS_UP = re.compile(r"\bClient\(|\bWorker\(|\bReplayer\(|\bconnect\(")
_CONFTEST = "conftest.py"


class LoadedTogether:
    """Answers for one program; ``named`` gives its files that name Temporal."""

    def __init__(self, resolver: Resolver, named: Callable[[], Iterable[str]]) -> None:
        self._resolver = resolver
        self._named = named
        self._known: dict[str, frozenset[str] | None] = {}

    def may_meet(self, path: str, other: str) -> bool:
        """True if a Worker that runs workflows of one file may have got objects of another.

        Also where no Worker or client is known for these workflows.
        """
        if path not in self._known:
            found = self._closures.of(self._leading_to(path))
            runs = any(_SETS_UP.search(self._resolver.store.text(one)) for one in found)
            self._known[path] = found if runs else None
        known = self._known[path]
        return known is None or other in known

    @cached_property
    def _files(self) -> frozenset[str]:
        return frozenset(self._named())

    @cached_property
    def _closures(self) -> ImportClosures:
        return ImportClosures(self._resolver.store, self._resolver.index, self._files)

    @cached_property
    def _importers(self) -> dict[str, list[str]]:
        """The files that import each file."""
        found: dict[str, list[str]] = {}
        for path in sorted(self._files):
            for other in self._closures.imported_by(path):
                found.setdefault(other, []).append(path)
        return found

    def _leading_to(self, path: str) -> set[str]:
        """Return a file and those that load it, with what pytest loads beside them."""
        found, pending = {path}, [path]
        while pending:
            at = pending.pop()
            for other in (*self._importers.get(at, ()), *self._conftests(at)):
                if other not in found:
                    found.add(other)
                    pending.append(other)
        return found

    def _conftests(self, path: str) -> Iterator[str]:
        folder = os.path.dirname(path)
        while folder != os.path.dirname(folder):
            conftest = os.path.join(folder, _CONFTEST)
            if conftest in self._files:
                yield conftest
            folder = os.path.dirname(folder)
