"""Answers to what is not known of a run: told ones first, and the first option for the rest."""

from __future__ import annotations

from collections.abc import Sequence

Key = tuple[object, ...]
Answer = tuple[Key, object]
Chosen = tuple[Answer, ...]


class Late:
    """Questions that are asked again later, so that what follows rests on their answers.

    Those of ``tasks`` are asked again in a later workflow task, those of ``steps`` after another
    question of the old code.
    """

    def __init__(self) -> None:
        self.tasks: set[Key] = set()
        self.steps: set[Key] = set()


class Choices:
    """Answers questions as told, and as the first option says for the rest, which is noted.

    ``task`` is the number of the workflow task.
    """

    def __init__(self, told: Chosen, late: Late | None = None) -> None:
        self.fixed: dict[Key, object] = dict(told)
        self.order: list[Answer] = list(told)
        self.told = len(told)
        self.task = 0
        self.late = late if late is not None else Late()
        self.options: list[Sequence[object]] = []
        self._left = {key for key, _ in told}
        self._asked: dict[Key, tuple[int, int]] = {}
        self._step = 0

    def choose(self, key: Key, options: Sequence[object]) -> object:
        """Return the answer to a question."""
        self._left.discard(key)
        if key not in self.fixed:
            self.fixed[key] = options[0]
            self.order.append((key, options[0]))
            self.options.append(options)
        self._step += key not in self._asked
        self.note(key)
        return self.fixed[key]

    def is_asked(self, key: Key) -> bool:
        """True if a question has been asked by the old code."""
        return key in self._asked

    @property
    def at(self) -> tuple[int, int]:
        """How far a history has come."""
        return self.task, self._step

    def note(self, key: Key) -> None:
        """Note that a question is asked now, on one of the sides."""
        task, step = self._asked.setdefault(key, (self.task, self._step))
        if task < self.task:
            self.late.tasks.add(key)
        if step < self._step:
            self.late.steps.add(key)

    @property
    def is_new(self) -> bool:
        """True if all has been asked that was told: what follows is new."""
        return not self._left

    def others(self, most: int | None = None, first: int = 0) -> list[Chosen]:
        """Return the ways to choose otherwise, in one of the new questions.

        These are the ones from the number ``first`` to before ``most``.
        """
        found: list[Chosen] = []
        for number, options in enumerate(self.options[:most]):
            if number < first:
                continue
            before = tuple(self.order[: self.told + number])
            key = self.order[self.told + number][0]
            found += [(*before, (key, other)) for other in options[1:]]
        return found
