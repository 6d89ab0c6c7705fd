"""Output formats: one module and one pure function each, diagnostics in, text out."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import cast

from msgspec.structs import replace

from wflint.diagnostics import Diagnostic, Location
from wflint.report.look import Look

__all__ = ["FORMATS", "Look", "render"]

# The module of each format. Each has a function `render`, and is imported when it is asked for.
FORMATS = {
    "full": "wflint.report.full",
    "concise": "wflint.report.concise",
    "grouped": "wflint.report.grouped",
    "json": "wflint.report.json_report",
    "json-lines": "wflint.report.json_lines",
    "github": "wflint.report.github",
    "gitlab": "wflint.report.gitlab",
    "azure": "wflint.report.azure",
    "sarif": "wflint.report.sarif",
    "junit": "wflint.report.junit",
    "checkstyle": "wflint.report.checkstyle",
    "rdjson": "wflint.report.rdjson",
    "rdjsonl": "wflint.report.rdjsonl",
    "pylint": "wflint.report.pylint",
    "statistics": "wflint.report.statistics",
    "json-statistics": "wflint.report.json_statistics",
}
KNOW_CELLS = frozenset({"full", "concise", "grouped", "json", "json-lines", "junit", "pylint"})
"""The formats that name the cells of notebooks. Others know lines only, and get the first one."""

Render = Callable[[Sequence[Diagnostic], Look], str]


def render(name: str, diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """The diagnostics in a format. The text is empty or ends with a newline."""
    if name not in KNOW_CELLS and any(diagnostic.location.cell for diagnostic in diagnostics):
        diagnostics = [_at_the_top(diagnostic) for diagnostic in diagnostics]
    module = importlib.import_module(FORMATS[name])
    return cast(Render, module.render)(diagnostics, look)


def _at_the_top(diagnostic: Diagnostic) -> Diagnostic:
    """Return the same for a format without cells: the cell stands in the message."""
    if not diagnostic.location.cell:
        return diagnostic
    top = Location(1, 1)
    message = f"{diagnostic.location.line}: {diagnostic.message}"
    chain = tuple(
        replace(hop, location=top) if hop.location.cell else hop for hop in diagnostic.chain
    )
    return replace(diagnostic, message=message, location=top, end_location=top, chain=chain)
