"""Fixes that were found before, for as long as no file of the project has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from wflint.checking.library import LibraryViolation
from wflint.checking.program_notes import Whole
from wflint.checking.violation import Violation
from wflint.rule.base import Fixable
from wflint.rule.fix import Answered

if TYPE_CHECKING:
    from wflint.fix.propose.repairs import Repairs


class NotedRepairs:
    """Gives the fixes of hits. What finds them is made by ``make``, and only when it is needed."""

    def __init__(self, whole: Whole, make: Callable[[], Repairs]) -> None:
        self._whole = whole
        self._make = make
        self._repairs: Repairs | None = None

    def answer_for(self, hit: Violation) -> Answered:
        """The fix of a hit."""
        if hit.rule.fix is Fixable.NONE or isinstance(hit, LibraryViolation):
            return Answered()
        question = f"fix {hit.rule.code} {hit.name} {hit.fn.qualname} {hit.site}"
        answered = self._whole.get(hit.fn.path, question, Answered)
        if answered is None:
            self._repairs = self._repairs or self._make()
            answered = self._repairs.answer_for(hit)
            self._whole.put(hit.fn.path, question, answered)
        return answered
