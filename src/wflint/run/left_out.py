"""Leaves out what is not reported: by the settings, in tests, and remarks nobody asked for."""

from __future__ import annotations

from collections.abc import Callable

from wflint.diagnostics import Severity
from wflint.run.program_settings import Governing


class LeftOut:
    """Says what is left out of the reports of one program; ``is_test`` tells of files."""

    def __init__(self, governing: Governing, is_test: Callable[[str], bool]) -> None:
        self._governing = governing
        self._is_test = is_test

    def because(self, path: str, code: str, severity: Severity) -> str | None:
        """The setting that hides a diagnostic, if any; ``""`` if nobody has asked for it."""
        governing = self._governing
        if code not in governing.selection(path).codes or self._is_remark(path, code, severity):
            return ""
        if code not in governing.codes(path):
            return "per-file-ignores"
        if self._is_test(path) and severity is not Severity.ERROR:
            return "test-paths"
        if not severity.is_at_least(governing.settings_at(path).min_severity):
            return "min-severity"
        return None

    def _is_remark(self, path: str, code: str, severity: Severity) -> bool:
        """True if an info comes from a rule of higher severity that is not selected by its name."""
        governing = self._governing
        rule = governing.registry.by_code[code]
        if severity is not Severity.INFO or rule.severity is Severity.INFO:
            return False
        if governing.selection(path).severity(code) is Severity.INFO:
            return False
        return not governing.selects_by_name(path, code, rule.name)
