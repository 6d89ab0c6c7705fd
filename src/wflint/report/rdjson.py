"""``rdjson``: the Diagnostic Format of reviewdog, with fixes as suggestions.

https://github.com/reviewdog/reviewdog/tree/master/proto/rdf. Its columns count bytes of UTF-8 from
1, and its ranges end before their end.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from wflint.diagnostics import Diagnostic, Edit, Location, Severity, ShownHop
from wflint.report.json_report import to_text
from wflint.report.look import Look, described, lines_of

SOURCE = {"name": "wflint", "url": "https://github.com/wflint/wflint"}
_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}
Json = dict[str, Any]


def render(diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """Return one object with all diagnostics."""
    return to_text({"source": SOURCE, "diagnostics": [as_object(d, look) for d in diagnostics]})


def as_object(diagnostic: Diagnostic, look: Look) -> Json:
    """Return one diagnostic."""
    lines = _lines(look.sources.get(diagnostic.filename, ""))
    found: Json = {
        "message": described(diagnostic),
        "location": {
            "path": look.from_base(diagnostic.filename),
            "range": _range(diagnostic.location, diagnostic.end_location, lines),
        },
        "severity": _SEVERITIES[diagnostic.severity],
        "code": {"value": diagnostic.code, "url": diagnostic.url},
    }
    if diagnostic.fix:
        found["suggestions"] = [_suggestion(edit, lines) for edit in diagnostic.fix.edits]
    if len(diagnostic.chain) > 1:
        found["related_locations"] = [_related(hop, look) for hop in diagnostic.chain[:-1]]
    return found


def _suggestion(edit: Edit, lines: Sequence[str]) -> Json:
    return {"range": _range(edit.location, edit.end_location, lines), "text": edit.content}


def _related(hop: ShownHop, look: Look) -> Json:
    """Return a function of the way to the place. Its text may not be known, so it is a line."""
    place = {"path": look.from_base(hop.filename), "range": {"start": {"line": hop.location.row}}}
    return {"message": f"`{hop.qualname}` goes on from here", "location": place}


def _range(start: Location, end: Location, lines: Sequence[str]) -> Json:
    return {"start": _position(start, lines), "end": _position(end, lines)}


def _position(place: Location, lines: Sequence[str]) -> dict[str, int]:
    before = lines[place.row - 1][: place.column - 1] if place.row <= len(lines) else ""
    missing = place.column - 1 - len(before)
    return {"line": place.row, "column": len(before.encode("utf-8", "replace")) + missing + 1}


@lru_cache(maxsize=1)
def _lines(source: str) -> list[str]:
    """Return the lines of the file that was asked about last, as diagnostics come file by file."""
    return lines_of(source)
