"""Answers that are kept for a while, because the same is asked several times in a row."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Latest(Generic[K, V]):
    """The answers to the last questions.

    ``most`` tells how many are kept; ``drop`` is called with each that is let go of. With ``size``
    the largest answer stays, which takes the longest to find again.
    """

    def __init__(
        self,
        most: Callable[[], int],
        drop: Callable[[V], None] | None = None,
        size: Callable[[V], int] | None = None,
    ) -> None:
        self._most = most
        self._drop = drop
        self._size = size
        self._known: dict[K, V] = {}

    def get(self, key: K, find: Callable[[], V]) -> V:
        """Return the answer that is kept, or the one that ``find`` gives."""
        found = self._known.pop(key) if key in self._known else find()
        self._known[key] = found
        if len(self._known) > self._most():
            dropped = self._known.pop(self._next_to_go())
            if self._drop is not None:
                self._drop(dropped)
        return found

    def _next_to_go(self) -> K:
        oldest, *others = self._known
        if self._size is None or len(others) == 1:  # the newest stays as well
            return oldest
        size = self._size
        largest = max(self._known, key=lambda key: size(self._known[key]))
        return others[0] if largest is oldest else oldest

    def clear(self) -> None:
        """Let go of all answers."""
        known, self._known = self._known, {}
        if self._drop is not None:
            for answer in known.values():
                self._drop(answer)

    def newest_first(self) -> Iterator[V]:
        """Yield the answers that are kept."""
        return reversed(self._known.values())

    def kept(self, key: K) -> V | None:
        """Return the answer if it is kept."""
        return self._known.get(key)
