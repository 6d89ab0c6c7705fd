"""Hides what is found by comments: for ``--add-ignore``."""

from __future__ import annotations

import os
from pathlib import Path

from wflint.checking.registry import load_registry
from wflint.config.find import ProjectFinder
from wflint.diagnostics import Diagnostic
from wflint.files.notebook import is_notebook
from wflint.files.source import Source
from wflint.fix.apply.rounds import Outcome, Rounds
from wflint.fix.apply.splice import Span
from wflint.run.request import Request, Result
from wflint.suppress.add import Unwanted, comments_for
from wflint.system.disk import read_text

NEVER_HIDDEN = frozenset({"WFL001", "WFL002", "WFL003", "WFL004", "WFL006"})
"""Files that do not parse, faults of wflint, and what is wrong with comments themselves."""

_USUAL_WIDTH = 88


def add_ignores(request: Request, reason: str) -> Outcome:
    """Hide what a request finds, in memory. The result is that of a check afterwards."""
    return _Ignoring(request, reason).run()


class _Ignoring(Rounds):
    """A diagnostic that stands for several places moves on to the next one: hence the rounds."""

    most = 100

    def __init__(self, request: Request, reason: str) -> None:
        super().__init__(request, unsafe=False)
        self._reason = reason
        self._families = load_registry().families
        self._widths: dict[str, int] = {}

    def _apply(self, result: Result) -> bool:
        return self._apply_to([d for d in result.diagnostics if self._is_wanted(d, result)], result)

    def _is_wanted(self, diagnostic: Diagnostic, result: Result) -> bool:
        path = result.paths.get(diagnostic.filename)
        if path is None or path in self.given_up or diagnostic.is_known or is_notebook(path):
            return False
        return diagnostic.code not in NEVER_HIDDEN

    def _edits(
        self, diagnostics: list[Diagnostic], source: Source, path: str
    ) -> tuple[list[Diagnostic], list[Span]]:
        found = [Unwanted(d.location.row, d.end_location.row, d.code) for d in diagnostics]
        width = self._width(os.path.dirname(path))
        return diagnostics, comments_for(found, source, self._families, self._reason, width)

    def _note_unfinished(self, result: Result) -> None:
        """Nothing: what could not be hidden is reported."""

    def _clean_up(self) -> bool:
        return False

    def _width(self, folder: str) -> int:
        """Return the longest line that the formatter of the project makes."""
        if folder not in self._widths:
            finder = ProjectFinder(Path.cwd())
            root = str(finder.program_root(Path(folder)))
            self._widths[folder] = width_below(folder, root)
        return self._widths[folder]


def width_below(folder: str, root: str) -> int:
    """Return the line length that ruff or Black has in a folder, by files up to ``root``."""
    while len(folder) >= len(root):
        for name in (".ruff.toml", "ruff.toml", "pyproject.toml"):
            found = _width_in(os.path.join(folder, name))
            if found is not None:
                return found
        folder = os.path.dirname(folder)
    return _USUAL_WIDTH


def _width_in(path: str) -> int | None:
    import tomli

    if not os.path.isfile(path) or os.path.islink(path):
        return None
    try:
        table = tomli.loads(read_text(path))
    except (OSError, ValueError, RecursionError):
        return None
    tool = table.get("tool")
    tools = tool if isinstance(tool, dict) else {}
    own = [table] if path.endswith("ruff.toml") else [tools.get("ruff"), tools.get("black")]
    for settings in own:
        width = settings.get("line-length") if isinstance(settings, dict) else None
        if isinstance(width, int) and 20 <= width <= 1000:
            return width
    return None
