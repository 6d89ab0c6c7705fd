"""``json``: a list of objects, for other programs. Keys are only ever added."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from wflint.diagnostics import ChangeDetails, Diagnostic, Fix, Location, ShownHop
from wflint.report.look import Look


def render(diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """A list with one object for each diagnostic."""
    return to_text([as_object(diagnostic) for diagnostic in diagnostics])


def to_text(value: object) -> str:
    """Indented JSON, with a newline at its end. ASCII only, so that any stdout can take it."""
    return json.dumps(value, indent=2) + "\n"


def as_object(diagnostic: Diagnostic) -> dict[str, Any]:
    """One diagnostic."""
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        **located(diagnostic.filename, diagnostic.location),
        "end_location": as_location(diagnostic.end_location),
        "scope": diagnostic.scope,
        "entry": _hop(diagnostic.entry) if diagnostic.entry else None,
        "chain": [_hop(hop) for hop in diagnostic.chain],
        "other_entries": diagnostic.other_entries,
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
        "url": diagnostic.url,
        "fingerprint": diagnostic.fingerprint,
        "baselined": diagnostic.is_known,
        **_change(diagnostic.change),
    }


def _change(change: ChangeDetails | None) -> dict[str, Any]:
    if change is None:
        return {}
    return {
        "workflow": change.workflow,
        "verdict": change.verdict,
        "kind": change.kind,
        "history": list(change.history),
        "old_chain": [_hop(hop) for hop in change.old_chain],
        "old_version": change.old_version or None,
    }


def as_location(location: Location) -> dict[str, int]:
    """A row and a column; in a notebook the row is that in the cell."""
    return {"row": location.row - location.above, "column": location.column}


def located(filename: str, location: Location) -> dict[str, Any]:
    """A place in a file; in a notebook with the cell."""
    cell = {"cell": location.cell} if location.cell else {}
    return {"filename": filename, **cell, "location": as_location(location)}


def as_place(qualname: str, filename: str, location: Location) -> dict[str, Any]:
    """A place with the function that it is in."""
    return {"qualname": qualname, **located(filename, location)}


def _hop(hop: ShownHop) -> dict[str, Any]:
    return as_place(hop.qualname, hop.filename, hop.location)


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [
        {
            "content": edit.content,
            "location": as_location(edit.location),
            "end_location": as_location(edit.end_location),
        }
        for edit in fix.edits
    ]
    return {"applicability": fix.applicability.value, "message": fix.message, "edits": edits}
