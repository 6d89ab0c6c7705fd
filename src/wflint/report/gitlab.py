"""``gitlab``: a Code Quality report, which GitLab shows in merge requests.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wflint.diagnostics import Diagnostic, Location, Severity
from wflint.report.json_report import to_text
from wflint.report.look import Look, described
from wflint.system.hashing import blake2b

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """Return a list with one object for each diagnostic."""
    taken: set[str] = set()
    return to_text([_object(diagnostic, look, taken) for diagnostic in diagnostics])


def _object(diagnostic: Diagnostic, look: Look, taken: set[str]) -> dict[str, Any]:
    begin, end = diagnostic.location, diagnostic.end_location
    return {
        "description": described(diagnostic),
        "check_name": diagnostic.code,
        "fingerprint": _fingerprint(diagnostic, look, taken),
        "severity": _SEVERITIES[diagnostic.severity],
        "location": {
            "path": look.from_base(diagnostic.filename),
            "positions": {"begin": _position(begin), "end": _position(end)},
        },
    }


def _position(location: Location) -> dict[str, int]:
    return {"line": location.row, "column": location.column}


def _fingerprint(diagnostic: Diagnostic, look: Look, taken: set[str]) -> str:
    """Return the fingerprint, made different from those in ``taken``, and add it to them.

    GitLab shows only one of several objects with the same fingerprint.
    """
    name = look.from_base(diagnostic.filename)
    fingerprint = diagnostic.fingerprint or _hash(diagnostic.code, name, diagnostic.message)
    while fingerprint in taken:
        fingerprint = _hash(fingerprint)
    taken.add(fingerprint)
    return fingerprint


def _hash(*parts: str) -> str:
    data = "\0".join(parts).encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=16).hexdigest()
