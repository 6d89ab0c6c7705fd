"""Fixes that were found before, for as long as the program answers their questions as it did."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from wflint.cache.packing import standing_for
from wflint.cache.read_log import digest_of
from wflint.checking.library import LibraryViolation
from wflint.checking.violation import Violation
from wflint.fix.propose.asked import Asking, Question, have_same_answers
from wflint.fix.propose.surroundings import Program, Surroundings
from wflint.rule.base import Fixable
from wflint.rule.fix import Answered

if TYPE_CHECKING:
    from wflint.facts.ids import Fn
    from wflint.fix.propose.piece import PieceText
    from wflint.fix.propose.repairs import Repairs


class _Noted(Struct, array_like=True):
    """An answer, a digest of what it is about, and what was asked to find it."""

    about: bytes
    questions: list[Question]
    answer: Answered


class NotedRepairs:
    """Gives the fixes of hits. What finds them is made by ``make``, and only when it is needed.

    ``about`` stands for the settings that all fixes depend on.
    """

    def __init__(self, program: Program, make: Callable[[], Repairs], about: bytes) -> None:
        self._program = program
        self._store = program.answer.store
        self._make = make
        self._about = about
        self._repairs: Repairs | None = None
        self._found: list[tuple[str, str, _Noted]] = []

    def answer_for(self, hit: Violation) -> Answered:
        """The fix of a hit."""
        if hit.rule.fix is Fixable.NONE or isinstance(hit, LibraryViolation):
            return Answered()
        path, around = hit.fn.path, Surroundings(self._program, hit)
        question = f"fix {hit.rule.code} {hit.name} {hit.fn.qualname} {hit.site}"
        question += f" {digest_of(os.fsencode(path)).hex()}"  # files may have the same content
        about = self._about_hit(hit)
        known = self._store.notes(path).get(question, _Noted)
        if known is not None and self._holds(known, about, around):
            return known.answer
        self._repairs = self._repairs or self._make()
        asking = Asking(around)
        answer = self._repairs.answer_for(hit, asking)
        if not asking.has_failed:
            self._found.append((path, question, _Noted(about, list(asking.questions), answer)))
        return answer

    def _about_hit(self, hit: Violation) -> bytes:
        others = [(site, *told) for site, told in hit.others.items()]
        return digest_of(self._about + standing_for((hit.api, hit.flags, hit.is_call, others)))

    def _holds(self, known: _Noted, about: bytes, around: Surroundings) -> bool:
        if known.about != about or self._store.faults.happened:
            return False
        return have_same_answers(known.questions, around)

    def note(self) -> None:
        """Note what was found, for a later run."""
        for path, question, noted in self._found:
            self._store.notes(path).put(question, noted)
        self._found.clear()

    def piece(self, fn: Fn) -> PieceText | None:
        """The text of a function, for those who look into it."""
        self._repairs = self._repairs or self._make()
        return self._repairs.piece(fn)
