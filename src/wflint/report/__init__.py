"""Output formats: one module and one pure function each, diagnostics in, text out."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import cast

from wflint.diagnostics import Diagnostic
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
Render = Callable[[Sequence[Diagnostic], Look], str]


def render(name: str, diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """The diagnostics in a format. The text is empty or ends with a newline."""
    module = importlib.import_module(FORMATS[name])
    return cast(Render, module.render)(diagnostics, look)
