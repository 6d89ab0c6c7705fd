"""The methods that have been entered and not left yet, while the steps of one are followed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from wflint.facts.ids import Fn
from wflint.model.arms import Arms
from wflint.model.step_kinds import Step


class Entered(NamedTuple):
    """A method that was entered as the one of a ``number``, with the steps that are left of it.

    ``around`` are the arms that it is called in; ``None`` if it may be called again. What it
    ``is_given`` is what the caller was given, or constants. If it ``is_asked``, what it gives
    decides how long the caller waits.
    """

    fn: Fn
    steps: Iterator[Step]
    is_sure: bool = True
    is_later: bool = False
    is_given: bool = True
    around: Arms | None = ()
    number: int = 0
    is_asked: bool = False


class EnteredMethods:
    """A stack of them. Whatever it is asked takes the same time at any depth."""

    def __init__(self) -> None:
        self._stack: list[Entered] = []
        self._open: set[Fn] = set()
        self._doubted = 0  # so many of them, from the outermost on

    def __bool__(self) -> bool:
        return bool(self._stack)

    def __contains__(self, fn: Fn) -> bool:
        return fn in self._open

    @property
    def innermost(self) -> Entered:
        """The method whose steps come next."""
        return self._stack[-1]

    @property
    def is_sure(self) -> bool:
        """True if it is sure that the innermost one gets to its next step."""
        return self._stack[-1].is_sure and len(self._stack) > self._doubted

    def enter(self, method: Entered) -> None:
        """Go on with a method that has not been entered."""
        self._stack.append(method)
        self._open.add(method.fn)

    def leave(self) -> None:
        """Go on with the one that called the innermost one."""
        self._open.remove(self._stack.pop().fn)
        self._doubted = min(self._doubted, len(self._stack))

    def doubt(self) -> None:
        """Take nothing that follows in any of them for sure any more."""
        self._doubted = len(self._stack)
