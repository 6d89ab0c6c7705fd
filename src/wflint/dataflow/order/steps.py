"""Types for what is known of a value in an order which a replay does not repeat."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import NamedTuple

from wflint.syntax.cst import cst


class Sink(enum.IntEnum):
    """The place that a value in that order reaches, the worst last.

    ``TASKS`` stands for waiting for all elements, which starts those that do not run yet; so may
    ``HANDED``, which gives them to an unknown function that is awaited. ``INPUT`` is what commands
    send, which a replay does not compare. ``RESULTS`` is ``TASKS`` and ``SHOWN``.
    """

    NOTHING = 0
    HANDED = 1
    TASKS = 2
    INPUT = 3
    SHOWN = 4
    RESULTS = 5
    COMMAND = 6


class OrderTaint(enum.Enum):
    """What a value still has of the order."""

    ELEMENTS = "elements"  # the elements themselves, in that order
    MAPPED = "mapped"  # something made of each element, in that order
    NUMBERED = "numbered"  # elements together with others that come by position
    ITEMS = "items"  # pairs of a key and a value, in that order; each key comes once
    KEYED = "keyed"  # a mapping that keeps the order
    FILLED = "filled"  # the same, filled key by key in a loop
    GROUPS = "groups"  # a mapping filled in that order, of lists in that order
    GROUP_ITEMS = "group items"  # pairs of a key and such a list, in no order that can be seen
    PARTS = "parts"  # a tuple of such collections, like what `workflow.wait()` gives
    HOLDER = "holder"  # something that holds a value which depends on the order
    VALUE = "value"  # another value altogether, depending on the order

    @property
    def is_value(self) -> bool:
        """True if it is no longer the collection itself."""
        return self in (OrderTaint.HOLDER, OrderTaint.PARTS, OrderTaint.VALUE)

    @property
    def is_collection(self) -> bool:
        """True if it is a collection that shows no more of the order than how its parts come."""
        return self in (OrderTaint.ELEMENTS, OrderTaint.MAPPED, OrderTaint.KEYED)


Place = tuple["cst.CSTNode", OrderTaint]


class Step(NamedTuple):
    """The result of one step: a sink, and where else to look."""

    sink: Sink = Sink.NOTHING
    places: Sequence[Place] = ()


NOTHING = Step()
SHOWN = Step(Sink.SHOWN)
COMMAND = Step(Sink.COMMAND)


def onward(node: cst.CSTNode, taint: OrderTaint) -> Step:
    """Go on with ``node``."""
    return Step(Sink.NOTHING, ((node, taint),))


def together(steps: list[Step]) -> Step:
    """Several steps as one."""
    sink = max((step.sink for step in steps), default=Sink.NOTHING)
    return Step(sink, [place for step in steps for place in step.places])
