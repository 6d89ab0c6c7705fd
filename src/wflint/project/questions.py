"""Answers that are kept, to questions that may lead back to themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


def answered(known: dict[K, V], key: K, meanwhile: V, find: Callable[[], V]) -> V:
    """Return the known answer, or else what ``find`` gives, which is known from then on.

    ``meanwhile`` stands for the answer as long as it is being looked for, so that a circle comes to
    an end. If looking for it fails, nothing is known.
    """
    if key in known:
        return known[key]
    known[key] = meanwhile
    try:
        known[key] = find()
    except BaseException:
        del known[key]
        raise
    return known[key]
