"""``json-lines``: the objects of ``json``, one on each line."""

from __future__ import annotations

import json
from collections.abc import Sequence

from wflint.diagnostics import Diagnostic
from wflint.report.json_report import as_object
from wflint.report.look import Look


def render(diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """Return one line of JSON for each diagnostic."""
    return "".join(json.dumps(as_object(diagnostic)) + "\n" for diagnostic in diagnostics)
