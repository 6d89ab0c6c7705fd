"""Remembers the states that histories have come to, so that none is followed twice."""

from __future__ import annotations

from collections.abc import Iterable

from wflint.replay.choosing import Choices, Chosen, Key

Answers = dict[Key, object]


class Seen:
    """The states of both sides that were met, with the answers that had led there.

    Histories that come to one state go on alike, but for what rests on answers that were given
    before. Which questions are asked again later (``late``) shows in the course: what was left out
    is :meth:`reopened` if it turns out to rest on such an answer.
    """

    def __init__(self) -> None:
        self.late: set[Key] = set()
        self._states: dict[object, list[Answers]] = {}
        self._left_out: list[tuple[object, Answers, Chosen]] = []
        self._told: set[Chosen] = {()}
        self._known_late = 0

    def fresh(self, histories: Iterable[Chosen]) -> list[Chosen]:
        """Return those histories that were not returned before."""
        found = [told for told in histories if told not in self._told]
        self._told.update(found)
        return found

    def has(self, state: object, choices: Choices) -> bool:
        """True if what follows a state was or will be tried by another history."""
        before = self._states.setdefault(state, [])
        answers = dict(choices.fixed)
        if self._is_among(answers, before):
            told = tuple(choices.order[: choices.told])
            self._left_out.append((state, answers, told))
            return True
        before.append(answers)
        return False

    def reopened(self) -> list[Chosen]:
        """Return the histories that rest on an answer of which that was not known."""
        if len(self.late) == self._known_late:
            return []
        self._known_late = len(self.late)
        before, self._left_out = self._left_out, []
        found: list[Chosen] = []
        for state, answers, told in before:
            if self._is_among(answers, self._states[state]):
                self._left_out.append((state, answers, told))
            else:
                found.append(told)
        return found

    def _is_among(self, answers: Answers, others: Iterable[Answers]) -> bool:
        """True if others have given the same answers to the questions that are asked again."""
        return any(all(answers.get(key) == other.get(key) for key in self.late) for other in others)
