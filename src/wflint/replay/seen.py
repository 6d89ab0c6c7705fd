"""Remembers the states that histories have come to, so that none is followed twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from wflint.replay.choosing import Choices, Chosen, Key, Late

Answers = dict[Key, object]


class _Visit(NamedTuple):
    """A state that a history has come to, by answers that were given before."""

    answers: Answers
    told: Chosen
    at: tuple[int, int]


class Seen:
    """The states of both sides that were met, with the answers that had led there.

    Histories that come to one state go on alike, but for what rests on answers that were given
    before. Which questions are asked again later (``late``) shows in the course: what was left out
    is :meth:`reopened` if it turns out to rest on such an answer.
    """

    def __init__(self) -> None:
        self.late = Late()
        self._states: dict[object, list[_Visit]] = {}
        self._left_out: list[tuple[object, _Visit, Collection[Key]]] = []
        self._told: set[Chosen] = {()}
        self._known_late = 0

    def fresh(self, histories: Iterable[Chosen]) -> list[Chosen]:
        """Return those histories that were not returned before."""
        found = [told for told in histories if told not in self._told]
        self._told.update(found)
        return found

    def has(self, state: object, choices: Choices, late: Collection[Key]) -> bool:
        """True if what follows a state was or will be tried by another history.

        ``late`` are the questions that may be asked again after such a state.
        """
        before = self._states.setdefault(state, [])
        told = tuple(choices.order[: choices.told])
        visit = _Visit(dict(choices.fixed), told, choices.at)
        if any(each.told == told and each.at == visit.at for each in before):
            return False  # it is tried once more, to go on
        if _is_among(visit, before, late):
            self._left_out.append((state, visit, late))
            return True
        before.append(visit)
        return False

    def reopened(self) -> list[Chosen]:
        """Return the histories that rest on an answer of which that was not known."""
        count = len(self.late.tasks) + len(self.late.steps)
        if count == self._known_late:
            return []
        self._known_late = count
        before, self._left_out = self._left_out, []
        found: list[Chosen] = []
        for state, visit, late in before:
            if _is_among(visit, self._states[state], late):
                self._left_out.append((state, visit, late))
            else:
                found.append(visit.told)
        return found


def _is_among(visit: _Visit, others: Iterable[_Visit], late: Collection[Key]) -> bool:
    """True if another visit had the same answers to the questions that are asked again."""
    mine = visit.answers
    return any(all(mine.get(key) == other.answers.get(key) for key in late) for other in others)
