"""``concise``: exactly one line for each diagnostic, as editors and flake8's users expect."""

from __future__ import annotations

from collections.abc import Sequence

from wflint.diagnostics import Diagnostic
from wflint.report.look import Look, headline, way


def render(diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """Return one line for each diagnostic, which ends with the way from the entry point."""
    return "".join(f"{headline(diagnostic)}{way(diagnostic)}\n" for diagnostic in diagnostics)
