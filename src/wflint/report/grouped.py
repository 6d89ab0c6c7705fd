"""``grouped``: the lines of ``concise`` below the name of their file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from wflint.diagnostics import Diagnostic
from wflint.report.look import Look, told, way
from wflint.system.printable import visible


def render(diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """Return a paragraph for each file."""
    groups = groupby(diagnostics, lambda diagnostic: diagnostic.filename)
    return "".join(_paragraph(name, list(found)) for name, found in groups)


def _paragraph(name: str, found: list[Diagnostic]) -> str:
    places = [d.location.shown for d in found]
    width = max(map(len, places))
    lines = [f"  {p:<{width}}  {told(d)}{way(d)}\n" for p, d in zip(places, found, strict=True)]
    return f"{visible(name)}:\n{''.join(lines)}\n"
