"""``--statistics --output-format json``."""

from __future__ import annotations

from collections.abc import Sequence

from wflint.diagnostics import Diagnostic
from wflint.report.json_report import to_text
from wflint.report.look import Look
from wflint.report.statistics import count_rules


def render(diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """A list with one object for each rule."""
    return to_text([vars(count) for count in count_rules(diagnostics)])
