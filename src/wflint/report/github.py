"""``github``: workflow commands that GitHub shows as annotations at the lines of a pull request.

GitHub shows ten of each severity for a step.
"""

from __future__ import annotations

from collections.abc import Sequence

from wflint.diagnostics import Diagnostic, Severity
from wflint.report.look import Look, chain_line, headline
from wflint.system.printable import visible

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """One workflow command for each diagnostic."""
    return "".join(_command(diagnostic, look) + "\n" for diagnostic in diagnostics)


def _command(diagnostic: Diagnostic, look: Look) -> str:
    properties = {
        "title": f"wflint ({diagnostic.code})",
        "file": _name(look.from_base(diagnostic.filename)),
        "line": diagnostic.location.row,
        "col": diagnostic.location.column,
        "endLine": diagnostic.end_location.row,
        "endColumn": diagnostic.end_location.column,
    }
    described = ",".join(f"{key}={_escape_property(str(v))}" for key, v in properties.items())
    lines = [line for line in (headline(diagnostic), chain_line(diagnostic)) if line]
    text = _escape("\n".join(lines))
    return f"::{_COMMANDS[diagnostic.severity]} {described}::{text}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")


def _name(text: str) -> str:
    """A file name as GitHub knows it; a line end in it can be said, other controls cannot."""
    return "".join(c if c in "\r\n" else visible(c) for c in text)
