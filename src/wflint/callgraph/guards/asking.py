"""The ways in which functions end, and what is known while one is gone through."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from wflint.callgraph.guards.shapes import Shape
from wflint.callgraph.guards.stores import Stores
from wflint.callgraph.overrides import Overriders
from wflint.facts.ids import Fn
from wflint.inference.resolver import Resolver


class Outcome(enum.Enum):
    """The way in which a function, a block or an expression ends."""

    UNKNOWN = "unknown"
    YES = "yes"
    NO = "no"
    RAISES = "raises"
    FALLS = "falls"  # a block: what follows it runs


@dataclass
class Asks:
    """Answers what is called. ``has_asked`` is set once that told something about workflows.

    What is gone through ``is_replaying`` only if that is said; else nobody knows. With
    ``is_read_only`` it runs in a query or validator, and something about these is what is told;
    ``may_be_read_only`` is set once the SDK is asked if it does.
    """

    resolver: Resolver
    overriders: Overriders
    stores: Stores
    configured: frozenset[str]
    shape: Callable[[Fn], list[Shape]]
    is_outside: bool = False
    is_replaying: bool = False
    is_read_only: bool = False
    has_asked: bool = False
    may_be_read_only: bool = False
    open: list[Fn] = field(default_factory=list)

    def note(self) -> None:
        """Note that something is asked about workflows."""
        self.has_asked = self.has_asked or not self.is_read_only

    def replaying(self) -> Outcome:
        """Return the answer of the SDK to whether the workflow is replaying."""
        self.has_asked = self.has_asked or self.is_replaying
        return Outcome.YES if self.is_replaying else Outcome.UNKNOWN

    def read_only(self) -> Outcome:
        """Return the answer of the SDK to whether a query or a validator runs."""
        self.may_be_read_only = True
        self.has_asked = self.has_asked or self.is_read_only
        return Outcome.YES if self.is_read_only else Outcome.UNKNOWN


def merged(ways: Sequence[dict[str, Outcome | str]]) -> dict[str, Outcome | str]:
    """Return what is known of names where several paths meet."""
    names = sorted({name for way in ways for name in way})
    merged: dict[str, Outcome | str] = {}
    for name in names:
        values = {way.get(name, Outcome.UNKNOWN) for way in ways}
        merged[name] = values.pop() if len(values) == 1 else Outcome.UNKNOWN
    return merged


TURNED = {
    Outcome.YES: Outcome.NO,
    Outcome.NO: Outcome.YES,
    Outcome.UNKNOWN: Outcome.UNKNOWN,
}
