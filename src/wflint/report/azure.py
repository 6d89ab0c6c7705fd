"""``azure``: logging commands, which Azure Pipelines shows as errors and warnings of the run.

https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
"""

from __future__ import annotations

from collections.abc import Sequence

from wflint.diagnostics import Diagnostic, Severity
from wflint.report.look import Look, described
from wflint.system.printable import visible

# Text and values of properties are escaped by the names that Azure gives these characters.
_TEXT = str.maketrans({"%": "%AZP25", "\r": "%0D", "\n": "%0A"})
_VALUE = str.maketrans({"%": "%AZP25", "\r": "%0D", "\n": "%0A", ";": "%3B", "]": "%5D"})


def render(diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """Return one logging command for each diagnostic."""
    return "".join(_command(diagnostic, look) + "\n" for diagnostic in diagnostics)


def _command(diagnostic: Diagnostic, look: Look) -> str:
    properties = {
        # Azure knows no third kind.
        "type": "error" if diagnostic.severity is Severity.ERROR else "warning",
        "sourcepath": visible(look.from_base(diagnostic.filename)),
        "linenumber": diagnostic.location.row,
        "columnnumber": diagnostic.location.column,
        "code": diagnostic.code,
    }
    values = "".join(f"{key}={str(v).translate(_VALUE)};" for key, v in properties.items())
    return f"##vso[task.logissue {values}]{described(diagnostic).translate(_TEXT)}"
