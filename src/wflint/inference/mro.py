"""The method resolution order of classes, across modules."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Generic, TypeVar

from wflint.facts.ids import Cls

Order = tuple[tuple[Cls, ...], tuple[str, ...]]
"""The classes of the project in order, and the names of external bases."""

Bases = Callable[[Cls], tuple[list[Cls], list[str]]]


class ClassOrders:
    """Linearises classes as Python does (C3), with an explicit stack.

    Where Python would refuse the class, its bases are taken first come, first served.
    """

    def __init__(self, bases: Bases) -> None:
        self._bases = bases
        self._known: dict[Cls, Order] = {}

    def order(self, cls: Cls) -> Order:
        """The order of a class, itself first."""
        pending = [cls]
        begun: set[Cls] = set()
        while pending and cls not in self._known:
            current = pending[-1]
            bases, externals = self._bases(current)
            missing = [b for b in bases if b not in self._known and b not in begun]
            begun.add(current)
            if missing:
                pending.extend(missing)
                continue
            pending.pop()
            if current not in self._known:
                self._known[current] = self._linearise(current, bases, externals)
        return self._known[cls]

    def _linearise(self, cls: Cls, bases: list[Cls], externals: list[str]) -> Order:
        orders = [self._known.get(base, ((base,), ())) for base in bases]
        if len(orders) == 1:
            merged = orders[0][0]
        else:
            merged = _Merge([*(classes for classes, _ in orders), tuple(bases)]).run()
        if cls in merged:  # only where it is a base of itself
            merged = tuple(c for c in merged if c != cls)
        names = [*externals, *(name for _, more in orders for name in more)]
        return (cls, *merged), tuple(dict.fromkeys(names))


class _Merge:
    """The C3 merge, in as many steps as there are classes before only one sequence is left."""

    def __init__(self, sequences: list[tuple[Cls, ...]]) -> None:
        self.left = {number: deque(s) for number, s in enumerate(sequences) if s}
        self.firsts: dict[Cls, list[int]] = {}  # the sequences that a class is the first of
        for number, sequence in self.left.items():
            self.firsts.setdefault(sequence[0], []).append(number)
        # How often a class stands behind others.
        self.behind = Counter(chain.from_iterable(s[1:] for s in sequences))
        self.merged: dict[Cls, None] = {}

    def run(self) -> tuple[Cls, ...]:
        """The merged sequence."""
        while len(self.left) > 1:
            heads = (sequence[0] for sequence in self.left.values())
            first = next(iter(self.left.values()))[0]
            head = next((h for h in heads if not self.behind[h]), first)
            self.merged[head] = None
            for number in self.firsts.pop(head):
                self._advance(number)
        return tuple(dict.fromkeys(chain(self.merged, *self.left.values())))

    def _advance(self, number: int) -> None:
        """Take the first class from a sequence, and those behind it that are merged already."""
        sequence = self.left[number]
        sequence.popleft()
        while sequence:
            first = sequence[0]
            self.behind[first] -= 1
            if first not in self.merged:
                self.firsts.setdefault(first, []).append(number)
                return
            sequence.popleft()
        del self.left[number]


T = TypeVar("T")


class Inherited(Generic[T]):
    """All that the classes in the order of a class have of something; found once for each class.

    ``own`` gives what one class has itself.
    """

    def __init__(self, order: Callable[[Cls], Order], own: Callable[[Cls], Iterable[T]]) -> None:
        self._order = order
        self._own = own
        self._known: dict[Cls, tuple[T, ...]] = {}

    def of(self, cls: Cls) -> tuple[T, ...]:
        """Return what a class has, then what its bases have."""
        if cls not in self._known:
            for each in reversed(list(self._until_known(self._order(cls)[0]))):
                above = self.above(each)
                own = [one for one in self._own(each) if one not in above]
                self._known[each] = (*own, *above) if own else above
        return self._known[cls]

    def above(self, cls: Cls) -> tuple[T, ...]:
        """Return what the bases of a class have."""
        found: tuple[T, ...] = ()
        for base in self._until_known(self._order(cls)[0][1:], also=True):
            more = self._known.get(base)
            if more is None:  # in a class that Python refuses, a base may come before its own class
                more = tuple(self._own(base))
            found = tuple(dict.fromkeys((*found, *more))) if found and more else found or more
        return found

    def _until_known(self, order: tuple[Cls, ...], also: bool = False) -> Iterator[Cls]:
        """The classes in an order of which something is still to be found out.

        ``also`` those that tell all about the rest.
        """
        for number, each in enumerate(order):
            is_known = each in self._known
            if also or not is_known:
                yield each
            if is_known and self._order(each)[0] == order[number:]:
                return
