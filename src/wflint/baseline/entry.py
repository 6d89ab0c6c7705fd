"""What a finding is recognised by in another run: never its line, and never its message."""

from __future__ import annotations

import os

from msgspec import Struct

from wflint.diagnostics import Diagnostic

ALWAYS_REPORTED = frozenset({"WFL001", "WFL006"})
"""Files that do not parse, and faults of wflint: what is behind them is not known."""


class Entry(Struct, frozen=True, order=True):
    """One finding. Findings of which all of these are equal are told apart by their number only.

    ``path`` is absolute in a run; in a file it is relative to that file, with ``/``.
    """

    path: str
    function: str
    code: str
    statement: str

    @property
    def without_path(self) -> tuple[str, str, str]:
        """What stays the same when the file is renamed."""
        return (self.function, self.code, self.statement)

    @property
    def without_statement(self) -> tuple[str, str, str]:
        """What stays the same when the statement is changed."""
        return (self.path, self.function, self.code)


def entries_of(diagnostic: Diagnostic, path: str) -> list[Entry]:
    """Return an entry for each place that a diagnostic in the file at a path speaks for."""
    real, function, code = real_path(path), diagnostic.function, diagnostic.code
    return [Entry(real, function, code, statement) for statement in diagnostic.statements]


def real_path(path: str) -> str:
    """Return a path with the links in its folders followed: the file may be a link, or gone."""
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.join(os.path.realpath(folder), name)
