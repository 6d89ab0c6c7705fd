"""One object for equal facts: most of what code refers to, it refers to again and again."""

from __future__ import annotations

from typing import Any, TypeVar

T = TypeVar("T")

_MOST = 50_000
"""The number of facts that are remembered: equal ones mostly stand close together."""


class Sharing:
    """Gives equal facts as the one that came first, and forgets all when these are many."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def __call__(self, fact: T) -> T:
        """Return the fact that is equal to ``fact``, or itself. It must never change."""
        if len(self._known) >= _MOST:
            self._known.clear()
        known: T = self._known.setdefault(fact, fact)
        return known
