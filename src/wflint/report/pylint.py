"""``pylint``: the ``parseable`` format of pylint, which Jenkins and older editors read."""

from __future__ import annotations

from collections.abc import Sequence

from wflint.diagnostics import Diagnostic
from wflint.report.look import Look, message_of
from wflint.system.printable import visible


def render(diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """Return ``path:row: [CODE(name), function] message`` for each diagnostic."""
    return "".join(_line(diagnostic, look) + "\n" for diagnostic in diagnostics)


def _line(diagnostic: Diagnostic, look: Look) -> str:
    place = f"{visible(look.from_base(diagnostic.filename))}:{diagnostic.location.line}"
    function = diagnostic.chain[-1].qualname if diagnostic.chain else ""
    return f"{place}: [{diagnostic.code}({diagnostic.name}), {function}] {message_of(diagnostic)}"
