"""The ``try`` statements of a function: what they protect and catch, as ranges of sites.

Sites are numbers in a walk in source order, so what is below a node is a range of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from wflint.facts.frames import Entry
from wflint.facts.model import Handler, Site, Try
from wflint.facts.refs import Refs

_PASS_ON = (cst.Return, cst.Break, cst.Continue)


class Tries:
    """Reads the ``try`` statements of one piece of code, whose walk is over."""

    def __init__(self, entries: Sequence[Entry], order: dict[int, int], refs: Refs) -> None:
        self._entries = entries
        self._order = order
        self._refs = refs
        self._ends: list[Site] = []

    def read(self, site: Site, under: int, before: Sequence[Try]) -> Try:
        """Return the facts of the ``try`` at a site; ``under`` is the number of its condition.

        ``before`` are those of the same function that have been read.
        """
        entry = self._entries[site]
        node = entry.node
        assert isinstance(node, (cst.Try, cst.TryStar))
        body = self._order.get(id(node.body), site)
        last = node.finalbody
        return Try(
            site,
            body,
            self._end(body),
            tuple(self._handler(handler) for handler in node.handlers),
            isinstance(node, cst.TryStar),
            last is not None and self._has(last, _PASS_ON),
            entry.state.flags,
            under,
            _outer(site, before),
        )

    def _handler(self, node: cst.ExceptHandler | cst.ExceptStarHandler) -> Handler:
        site = self._order[id(node)]
        name = ""
        if node.name is not None and isinstance(node.name.name, cst.Name):
            name = node.name.name.value
        asked, given, kept = self._uses(site, name) if name else ((), (), False)
        return Handler(
            site,
            self._end(site),
            self._caught(site, node.type),
            name,
            self._has(node, (cst.Raise,)),
            asked,
            given,
            kept,
        )

    def _caught(self, site: Site, caught: cst.BaseExpression | None) -> tuple[str, ...]:
        """The dotted names of what is caught, ``""`` for one that this module does not tell."""
        if caught is None:
            return ("builtins.BaseException",)
        parts = [e.value for e in caught.elements] if isinstance(caught, cst.Tuple) else [caught]
        scope = self._entries[site].state.scope
        return tuple(self._refs.external(self._refs.ref(part, scope)) for part in parts)

    def _uses(self, site: Site, name: str) -> tuple[tuple[str, ...], tuple[Site, ...], bool]:
        """Return what is done with the caught error: attributes read, calls given it, or more."""
        asked: dict[str, None] = {}
        given: dict[Site, None] = {}
        kept = False
        for entry in self._entries[site + 1 : self._end(site)]:
            if not (isinstance(entry.node, cst.Name) and entry.node.value == name):
                continue
            outer = entry.above(1)
            call = entry.above(2)
            if isinstance(outer, cst.Attribute):
                asked[outer.attr.value] = None
            elif isinstance(outer, cst.Arg) and isinstance(call, cst.Call):
                given[self._order[id(call)]] = None
            elif not isinstance(outer, (cst.FormattedStringExpression, cst.AsName)):
                kept = True
        return tuple(asked), tuple(given), kept

    def _has(self, node: cst.CSTNode, kinds: tuple[type[cst.CSTNode], ...]) -> bool:
        """True if a statement of these kinds is below a node, in the same function."""
        site = self._order.get(id(node))
        if site is None:
            return False
        frame = self._entries[site].state.frame
        below = self._entries[site : self._end(site)]
        return any(isinstance(e.node, kinds) and e.state.frame is frame for e in below)

    def _end(self, site: Site) -> Site:
        """The first site that is not below the one given."""
        if not self._ends:
            self._ends = list(range(1, len(self._entries) + 1))
            for number in range(len(self._entries) - 1, 0, -1):
                parent = self._entries[number].parent
                if parent is not None:
                    outer = self._order[id(parent.node)]
                    self._ends[outer] = max(self._ends[outer], self._ends[number])
        return self._ends[site]


def _outer(site: Site, before: Sequence[Try]) -> int:
    """The index of the last of some statements that protects a site, or -1."""
    number = len(before) - 1
    while number >= 0 and not before[number].start <= site < before[number].end:
        number = before[number].outer
    return number
