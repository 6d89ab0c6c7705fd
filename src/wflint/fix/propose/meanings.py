"""Tells where functions are meant: what the places that hold a word stand for, found once a word.

Many functions may have the same name. So what a place refers to is noted with all that it may be,
and not looked at again for each function that is asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from wflint.facts.ids import Cls, Fn
from wflint.inference.resolver import Resolver
from wflint.inference.values import (
    AbstractValue,
    ClassValue,
    ExternalValue,
    FunctionValue,
    ModuleValue,
)


class Place(Struct, frozen=True, gc=False):
    """Code that holds a word, and what it may mean by it.

    It ``is_open`` if that is not known. ``is_main`` is set for code that runs only in a script.
    """

    fn: Fn
    functions: frozenset[Fn] = frozenset()
    classes: frozenset[Cls] = frozenset()
    is_open: bool = False
    is_main: bool = False


def place_of(resolver: Resolver, fn: Fn, entities: Iterable[AbstractValue]) -> Place:
    """Return what code means that refers to ``entities``; of classes that is all they inherit."""
    functions: set[Fn] = set()
    classes: set[Cls] = set()
    is_open = False
    for entity in entities:
        match entity:
            case FunctionValue():
                functions.add(entity.fn)
            case ClassValue():
                classes.update(resolver.order(entity.cls)[0])
            case ExternalValue() | ModuleValue():
                pass
            case _:
                is_open = True
    return Place(fn, frozenset(functions), frozenset(classes), is_open)


def may_mean(place: Place, fn: Fn, homes: Iterable[Mapping[str, None]]) -> bool:
    """True if code may mean a function; ``homes`` are the files in which something unknown may."""
    owner = fn.qualname.rpartition(".")[0]
    if fn in place.functions or (owner and Cls(fn.path, owner) in place.classes):
        return True
    return place.is_open and any(place.fn.path in home for home in homes)


class Meanings:
    """The places of one word, in order. They are taken from ``found`` as far as they are needed.

    ``homes`` gives the files that name what has a function: something unknown may be that there.
    """

    def __init__(
        self, found: Iterator[Place], homes: Callable[[Fn], Sequence[Mapping[str, None]]]
    ) -> None:
        self._found = found
        self._homes = homes
        self._places: list[Place] = []
        self._functions: dict[Fn, list[int]] = {}
        self._classes: dict[Cls, list[int]] = {}
        self._open: dict[str, list[int]] = {}

    def places(self, fn: Fn) -> Iterator[Place]:
        """The places at which a function may be meant, in order."""
        homes = self._homes(fn)
        seen = len(self._places)
        for number in self._so_far(fn, homes):
            yield self._places[number]
        while seen < len(self._places) or self._find_one():
            place = self._places[seen]
            seen += 1
            if may_mean(place, fn, homes):
                yield place

    def _so_far(self, fn: Fn, homes: Sequence[Mapping[str, None]]) -> list[int]:
        owner = fn.qualname.rpartition(".")[0]
        known = {*self._functions.get(fn, ())}
        if owner:
            known.update(self._classes.get(Cls(fn.path, owner), ()))
        for home in homes:
            less, more = sorted((home, self._open), key=len)
            for path in less:
                if path in more:
                    known.update(self._open[path])
        return sorted(known)

    def _find_one(self) -> bool:
        """Take one more place; false if there is none."""
        place = next(self._found, None)
        if place is None:
            return False
        number = len(self._places)
        self._places.append(place)
        for fn in place.functions:
            self._functions.setdefault(fn, []).append(number)
        for cls in place.classes:
            self._classes.setdefault(cls, []).append(number)
        if place.is_open:
            self._open.setdefault(place.fn.path, []).append(number)
        return True
