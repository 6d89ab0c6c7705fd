"""LibCST's classes of nodes, made quick for those who read millions of nodes.

A node checks itself in Python when it is made, although the parser makes none that is wrong; that
is a tenth to a quarter of the time of a parse. And the checks do not know all that the parser
reads, such as two template strings side by side. So they are left out while wflint reads.

All nodes derive from abstract base classes, of which ``isinstance`` asks in each case whether
somebody has registered a class with them. Nobody does, and to ask is a twentieth of a run.
"""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from wflint.syntax.cst import cst


class _Switch:
    """Whether nodes check themselves, which all threads have in common.

    ``readers`` is the number of those who want no checks now, ``runs`` that of runs that have many
    readers, one after the other: with each change of a class Python forgets where the attributes of
    it and of all classes below are.
    """

    def __init__(self) -> None:
        self.readers = 0
        self.runs = 0
        self._check: object = None

    def turn_off(self) -> None:
        """Leave the checks out, if they are not left out already."""
        if self._check is None:
            _make_checks_of_kind_quick()
            self._check = cst.CSTNode.__post_init__
            cst.CSTNode.__post_init__ = _no_check  # type: ignore[method-assign,assignment]

    def turn_on(self) -> None:
        """Have the nodes checked again, if nobody reads."""
        if self._check is not None and not self.readers and not self.runs:
            cst.CSTNode.__post_init__ = self._check  # type: ignore[method-assign,assignment]
            self._check = None


_SWITCH = _Switch()


@contextmanager
def without_validation() -> Iterator[None]:
    """Make nodes that do not check themselves."""
    _SWITCH.readers += 1
    try:
        _SWITCH.turn_off()
        yield
    finally:
        _SWITCH.readers -= 1
        _SWITCH.turn_on()


@contextmanager
def reading_much() -> Iterator[None]:
    """Leave the checks out until the end, once somebody has begun to read."""
    _SWITCH.runs += 1
    try:
        yield
    finally:
        _SWITCH.runs -= 1
        _SWITCH.turn_on()


def _no_check(node: cst.CSTNode) -> None:
    pass


class _PlainMeta(ABCMeta):
    """What abstract classes are made by, without what others may register with them."""

    __instancecheck__ = type.__instancecheck__


@cache
def _make_checks_of_kind_quick() -> None:
    """Let ``isinstance`` look at the bases of nodes, and at nothing else."""
    pending: list[type] = [cst.CSTNode]
    while pending:
        one = pending.pop()
        if type(one) is ABCMeta:
            one.__class__ = _PlainMeta
        pending += type.__subclasses__(one)
