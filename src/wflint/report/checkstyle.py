"""``checkstyle``: the XML of Checkstyle, which Jenkins and many review tools read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree

from wflint.diagnostics import Diagnostic
from wflint.report.look import Look, described
from wflint.report.xml_text import to_text
from wflint.system.printable import visible


def render(diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """Return one ``<file>`` for each file, with one ``<error>`` for each diagnostic."""
    root = ElementTree.Element("checkstyle", version="4.3")
    for name, found in groupby(diagnostics, lambda diagnostic: diagnostic.filename):
        file = ElementTree.SubElement(root, "file", name=visible(look.from_base(name)))
        for diagnostic in found:
            _add(file, diagnostic)
    return to_text(root)


def _add(file: ElementTree.Element, diagnostic: Diagnostic) -> None:
    ElementTree.SubElement(
        file,
        "error",
        line=str(diagnostic.location.row),
        column=str(diagnostic.location.column),
        severity=diagnostic.severity.value,
        message=described(diagnostic),
        source=f"wflint.{diagnostic.code}",
    )
