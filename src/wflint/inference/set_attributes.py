"""What methods put into the attributes of their object."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from wflint.facts.ids import Cls, Fn
from wflint.facts.model import FunctionHead, Kind, Ref
from wflint.facts.types import either, with_additions
from wflint.project.store import Store

NO_VALUE = Ref(Kind.GLOBAL, "None")
_SETS = re.compile(r"\.(\w+)\s*(?:[:,\[]|=(?!=)|\.(?:add|append|appendleft|insert)\()")


def _init_first(stretch: tuple[int, int, FunctionHead]) -> tuple[bool, int]:
    """The key by which stretches of text are sorted: ``__init__`` first, then by their start."""
    start, _, head = stretch
    return head.name != "__init__", start


class SetAttributes:
    """Answers what methods set attributes of ``self`` to; told from their text which may."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._values: dict[tuple[Cls, str], Ref | None] = {}
        self._setters: dict[Cls, dict[str, list[FunctionHead]]] = {}

    def value(self, cls: Cls, name: str) -> Ref | None:
        """What the methods of a class set an attribute to."""
        key = (cls, name)
        if key not in self._values:
            self._values[key] = None  # a method that sets it to what it holds
            self._values[key] = self._find_value(cls, name)
        return self._values[key]

    def forget(self) -> None:
        """Drop what was found: methods are read in another way."""
        self._values.clear()

    def additions(self, cls: Cls, name: str) -> tuple[Ref, ...]:
        """Return what methods put into a container that is an attribute."""
        found: dict[Ref, None] = {}
        for head in self.setters(cls, name):
            body = self.store.body(Fn(cls.path, head.qualname))
            found.update(dict.fromkeys(body.additions.get(name, ())))
        return tuple(found)

    def setters(self, cls: Cls, name: str) -> list[FunctionHead]:
        """The methods that may set an attribute, ``__init__`` first."""
        known = self._setters.get(cls)
        if known is None:
            known = self._setters[cls] = self._find_setters(cls)
        return known.get(name, [])

    def _find_value(self, cls: Cls, name: str) -> Ref | None:
        refs: list[Ref] = []
        for head in self.setters(cls, name):
            ref = self.store.body(Fn(cls.path, head.qualname)).attributes.get(name)
            if ref is not None and ref not in (NO_VALUE, *refs):
                refs.append(ref)
        some = [ref for ref in refs if ref.kind is not Kind.UNKNOWN]
        if not refs:
            return None
        return with_additions(either(some or refs), self.additions(cls, name))

    def _find_setters(self, cls: Cls) -> dict[str, list[FunctionHead]]:
        """By attribute the methods of a class that may set it, in one look at each of them."""
        facts = self.store.class_facts(cls)
        if facts is None:
            return {}
        text = self.store.load(cls.path).source.searchable
        setters: dict[str, list[FunctionHead]] = {}
        stretches = self._stretches(cls, [*facts.methods.values()])
        for start, end, head in sorted(stretches, key=_init_first):
            sets = _SETS.finditer(text, start, end)
            for name in dict.fromkeys(match[1] for match in sets):
                setters.setdefault(name, []).append(head)
        return setters

    def _stretches(
        self, cls: Cls, heads: list[FunctionHead]
    ) -> Iterator[tuple[int, int, FunctionHead]]:
        """Yield the offsets between which the text of each method stands, maybe with more.

        Methods of a class in a function have the offsets of that function, so each is taken to
        reach from its name to that of the next one.
        """
        sites = {head.site for head in heads if head.site >= 0}
        names = self.store.locate(Fn(cls.path, heads[0].qualname), sites) if len(sites) > 1 else {}
        starts = sorted(start for start, _ in names.values())
        following = dict(pairwise((*starts, 0)))
        for head in heads:
            start, _ = names.get(head.site, (0, 0))
            if start:
                yield start, following[start] or head.end, head
            else:
                yield head.start, head.end, head
