"""Repairs that rules propose, as text and offsets."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from wflint.diagnostics import Applicability, Fix


class TextEdit(Struct, frozen=True, order=True):
    """Replace the characters from ``start`` to ``end`` (exclusive) of a file's text by ``text``.

    Offsets count characters of the decoded text; a byte order mark is not part of it.
    """

    start: int
    end: int
    text: str


class Repair(Struct, frozen=True):
    """The repair of one diagnostic. ``message`` says it as an order: "Use `workflow.now()`"."""

    applicability: Applicability
    message: str
    edits: tuple[TextEdit, ...]


class Answered(NamedTuple):
    """The fix of a diagnostic, if it has one; or why it is withheld, if that is worth a word."""

    fix: Fix | None = None
    withheld: str = ""


class Withheld(Exception):
    """There is a fix, but not here. ``reason`` ends a sentence that begins with "not fixed:"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoFix(Exception):
    """The code has another form than the fix is made for; nothing needs to be said."""
