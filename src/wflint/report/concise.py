"""``concise``: exactly one line for each diagnostic, as editors and flake8's users expect."""

from __future__ import annotations

from collections.abc import Sequence

from wflint.diagnostics import Diagnostic
from wflint.report.look import Look, headline


def render(diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """One line for each diagnostic."""
    return "".join(headline(diagnostic) + "\n" for diagnostic in diagnostics)
