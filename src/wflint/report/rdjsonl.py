"""``rdjsonl``: the objects of ``rdjson``, one on each line."""

from __future__ import annotations

import json
from collections.abc import Sequence

from wflint.diagnostics import Diagnostic
from wflint.report.look import Look
from wflint.report.rdjson import SOURCE, as_object


def render(diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """Return one line of JSON for each diagnostic."""
    return "".join(json.dumps({"source": SOURCE, **as_object(d, look)}) + "\n" for d in diagnostics)
