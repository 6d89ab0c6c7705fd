"""The method resolution order of classes, across modules."""

from __future__ import annotations

from collections.abc import Callable

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
        merged = _merge([*(list(classes) for classes, _ in orders), list(bases)])
        names = [*externals, *(name for _, more in orders for name in more)]
        return (cls, *(c for c in merged if c != cls)), tuple(dict.fromkeys(names))


def _merge(sequences: list[list[Cls]]) -> list[Cls]:
    """The C3 merge."""
    merged: list[Cls] = []
    sequences = [s for s in sequences if s]
    while sequences:
        heads = [s[0] for s in sequences]
        head = next((h for h in heads if not any(h in s[1:] for s in sequences)), heads[0])
        merged.append(head)
        sequences = [rest for s in sequences if (rest := [c for c in s if c != head])]
    return merged
