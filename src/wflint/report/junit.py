"""``junit``: the XML of JUnit, in which a diagnostic is a test that fails.

Most CI systems show it. A run without diagnostics is one test that passes, since some of them take
a report without tests for a mistake.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree

from wflint.diagnostics import Diagnostic
from wflint.report.look import Look, chain_line, message_of
from wflint.report.xml_text import to_text
from wflint.system.printable import visible


def render(diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """Return one ``<testsuite>`` for each file, in which each diagnostic is a test that failed."""
    number = len(diagnostics)
    root = ElementTree.Element("testsuites", {"name": "wflint"} | _counts(number, number))
    for name, found in groupby(diagnostics, lambda diagnostic: diagnostic.filename):
        _add_file(root, visible(look.from_base(name)), list(found))
    if not diagnostics:
        root.set("tests", "1")
        suite = ElementTree.SubElement(root, "testsuite", {"name": "wflint"} | _counts(1, 0))
        ElementTree.SubElement(suite, "testcase", name="no diagnostics", classname="wflint")
    return to_text(root)


def _counts(tests: int, failures: int) -> dict[str, str]:
    return {"tests": str(tests), "failures": str(failures), "errors": "0"}


def _add_file(root: ElementTree.Element, name: str, found: list[Diagnostic]) -> None:
    counts = _counts(len(found), len(found))
    suite = ElementTree.SubElement(root, "testsuite", {"name": name} | counts)
    for diagnostic in found:
        place = diagnostic.location.shown
        case = ElementTree.SubElement(
            suite, "testcase", name=f"{diagnostic.code} {diagnostic.name} {place}", classname=name
        )
        failure = ElementTree.SubElement(
            case, "failure", message=message_of(diagnostic), type=diagnostic.severity.value
        )
        lines = [f"{name}:{place}: {message_of(diagnostic)}", chain_line(diagnostic)]
        failure.text = "\n".join(line for line in lines if line)
