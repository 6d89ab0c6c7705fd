"""Answers to what is not known of a run: told ones first, and the first option for the rest."""

from __future__ import annotations

from collections.abc import Sequence

Key = tuple[object, ...]
Answer = tuple[Key, object]
Chosen = tuple[Answer, ...]


class Choices:
    """Answers questions as told, and as the first option says for the rest, which is noted.

    ``late`` gets the questions that are asked again in a later workflow task: what follows rests on
    their answers. ``epoch`` is the number of the workflow task.
    """

    def __init__(self, told: Chosen, late: set[Key] | None = None) -> None:
        self.fixed: dict[Key, object] = dict(told)
        self.order: list[Answer] = list(told)
        self.told = len(told)
        self.epoch = 0
        self.late = late if late is not None else set()
        self.options: list[Sequence[object]] = []
        self._left = {key for key, _ in told}
        self._asked: dict[Key, int] = {}

    def choose(self, key: Key, options: Sequence[object]) -> object:
        """Return the answer to a question."""
        self._left.discard(key)
        if key not in self.fixed:
            self.fixed[key] = options[0]
            self.order.append((key, options[0]))
            self.options.append(options)
        self.note(key)
        return self.fixed[key]

    def note(self, key: Key) -> None:
        """Note that a question is asked now, on one of the sides."""
        if self._asked.setdefault(key, self.epoch) < self.epoch:
            self.late.add(key)

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
