"""Fingerprints: what they depend on, and what they do not depend on."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from wflint.diagnostics import Diagnostic, Location, Severity, ShownHop
from wflint.run.fingerprint import with_fingerprints
from wflint.run.statements import Statements

UTIL = """\
from datetime import datetime


def stamp() -> str:
    return str(datetime.now())
"""
FOUND = Diagnostic(
    code="WFL101",
    name="wall-clock-time",
    severity=Severity.ERROR,
    message="`datetime.now()` reads the wall clock; use `workflow.now()`",
    filename="orders/util.py",
    location=Location(5, 16),
    end_location=Location(5, 30),
    scope="workflow",
    function="stamp",
    chain=(
        ShownHop("OrderWorkflow.run", "orders/flow.py", Location(31, 9)),
        ShownHop("stamp", "orders/util.py", Location(5, 16)),
    ),
)
ROOT = Path("/repo")


def prints(*diagnostics: Diagnostic, source: str = UTIL, cwd: str = "/repo") -> list[str]:
    statements = Statements(source)
    found = [
        replace(d, statements=(statements.text_at(d.location, d.end_location),))
        for d in diagnostics
    ]
    return [d.fingerprint for d in with_fingerprints(found, ROOT, Path(cwd))]


def test_do_not_change_when_lines_move_or_the_message_is_reworded() -> None:
    moved = replace(
        FOUND,
        message="other words",
        location=Location(7, 16),
        end_location=Location(7, 30),
    )
    assert prints(FOUND) == prints(moved, source="\n\n" + UTIL)


def test_do_not_change_with_the_spacing_or_the_working_directory() -> None:
    spaced = UTIL.replace("return str", "return  str").replace("\n", "\r\n")
    inside = replace(
        FOUND,
        filename="util.py",
        chain=(ShownHop("stamp", "util.py", Location(5, 16)),),
    )
    assert prints(FOUND) == prints(FOUND, source=spaced)
    assert prints(FOUND) == prints(inside, cwd="/repo/orders")


@pytest.mark.parametrize(
    "other",
    [
        replace(FOUND, code="WFL113"),
        replace(FOUND, filename="orders/other.py"),
        replace(FOUND, function="f"),
        replace(FOUND, location=Location(4, 1), end_location=Location(4, 2)),
    ],
    ids=["code", "file", "function", "text"],
)
def test_differ_with(other: Diagnostic) -> None:
    assert prints(FOUND) != prints(other)


def test_of_equal_places_differ() -> None:
    first, second = prints(FOUND, FOUND)
    assert first != second
