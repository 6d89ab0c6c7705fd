"""The progress of a run, for whoever wants to show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
Tell = Callable[[str, int, int], None]
"""Called with the task at hand, how much of it is done, and how much there is; 0: unknown."""


def counted(does: str, items: Iterable[T], total: int, tell: Tell | None) -> Iterable[T]:
    """Return the items; ``tell`` is called as they are taken."""
    return items if tell is None else _telling(does, items, total, tell)


def _telling(does: str, items: Iterable[T], total: int, tell: Tell) -> Iterator[T]:
    tell(does, 0, total)
    for done, item in enumerate(items, 1):
        yield item
        tell(does, done, total)
