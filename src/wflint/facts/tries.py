"""The ``try`` statements of a function: what they protect and catch, as ranges of sites.

Sites are numbers in a walk in source order, so what is below a node is a range of them.
``with contextlib.suppress(...)`` is read as the ``try`` that it stands for.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial

import libcst as cst
from msgspec.structs import replace

from wflint.facts.counting import tries_again
from wflint.facts.exits import exits
from wflint.facts.following import Following
from wflint.facts.frames import Entry, Frame
from wflint.facts.model import Exit, Handler, Kind, Ref, Site, Try
from wflint.facts.only_text import Goals, goals, is_only_text
from wflint.facts.refs import Refs

_LEAVING = (cst.Return, cst.Break, cst.Continue)
_SUPPRESS = "contextlib.suppress"
_PLAIN = (
    cst.AnnAssign,
    cst.Arg,
    cst.Assign,
    cst.AssignTarget,
    cst.Attribute,
    cst.Await,
    cst.Call,
    cst.ConcatenatedString,
    cst.Dict,
    cst.DictElement,
    cst.Element,
    cst.Expr,
    cst.Float,
    cst.IndentedBlock,
    cst.Integer,
    cst.List,
    cst.Name,
    cst.Pass,
    cst.Return,
    cst.SimpleStatementLine,
    cst.SimpleStatementSuite,
    cst.SimpleString,
    cst.Tuple,
)
"""Nodes that cannot fail by themselves, but for what is called."""


class Tries:
    """Reads the ``try`` statements of one piece of code, whose walk is over."""

    def __init__(self, entries: Sequence[Entry], order: dict[int, int], refs: Refs) -> None:
        self._entries = entries
        self._order = order
        self._refs = refs
        self._ends: list[Site] = []
        self._following = Following(entries, order, refs, self._end)
        self._goals: dict[tuple[int, str], Goals] = {}  # by function and local name

    def read(self, site: Site, under: int, before: Sequence[Try]) -> Try:
        """Return the facts of the ``try`` at a site; ``under`` is the number of its condition.

        ``before`` are those of the same function that have been read.
        """
        entry = self._entries[site]
        node = entry.node
        assert isinstance(node, (cst.Try, cst.TryStar))
        body = self._order.get(id(node.body), site)
        last = self._last(node.finalbody)
        raises_next, until = self._following.next(entry)
        ways = exits(node.finalbody.body) if node.finalbody is not None else Exit.ENDS
        return Try(
            site,
            body,
            self._end(body),
            tuple(
                self._with_next(self._handler(handler, entry), entry, body, raises_next)
                for handler in node.handlers
            ),
            isinstance(node, cst.TryStar),
            last=last,
            last_end=self._end(last) if last >= 0 else -1,
            leaves=self._leaving(last) if ways & Exit.LEAVES else -1,
            always_leaves=not ways & Exit.ENDS and bool(ways & Exit.LEAVES),
            is_plain=self._is_plain(body),
            flags=entry.state.flags,
            under=under,
            around=_around(site, before),
            until=until,
        )

    def read_with(self, site: Site, under: int, before: Sequence[Try]) -> Try | None:
        """Return the facts of a ``with`` that suppresses errors; ``None`` for any other."""
        entry = self._entries[site]
        node = entry.node
        assert isinstance(node, cst.With)
        scope = entry.state.scope
        for item in node.items:
            call = item.item
            if not isinstance(call, cst.Call) or not call.args:
                continue
            if self._refs.external(self._refs.ref(call.func, scope)) != _SUPPRESS:
                continue
            at = self._order[id(call)]
            caught = tuple(self._refs.ref(arg.value, scope) for arg in call.args)
            body = self._order.get(id(node.body), site)
            raises_next, until = self._following.next(entry)
            return Try(
                site,
                body,
                self._end(body),
                (self._with_next(Handler(at, self._end(at), caught), entry, body, raises_next),),
                is_with=True,
                is_plain=self._is_plain(body),
                flags=entry.state.flags,
                under=under,
                around=_around(site, before),
                until=until,
            )
        return None

    def block(self, node: cst.CSTNode) -> tuple[Site, Site]:
        """Return the sites of the block of a ``with``, the end exclusive; -1 of anything else."""
        if not isinstance(node, cst.With):
            return -1, -1
        start = self._order.get(id(node.body), -1)
        return start, self._end(start) if start >= 0 else -1

    def _last(self, node: cst.Finally | None) -> Site:
        return self._order.get(id(node), -1) if node is not None else -1

    def _handler(self, node: cst.ExceptHandler | cst.ExceptStarHandler, tried: Entry) -> Handler:
        site = self._order[id(node)]
        name = ""
        if node.name is not None and isinstance(node.name.name, cst.Name):
            name = node.name.name.value
        again = tries_again(node, tried)
        asked, given, kept = self._uses(site, name, again) if name else ((), (), False)
        return Handler(
            site,
            self._end(site),
            self._caught(site, node.type),
            name,
            self._has_raise(site),
            asked,
            given,
            kept,
            exits(node.body),
            again,
        )

    def _with_next(self, handler: Handler, tried: Entry, body: Site, raises_next: bool) -> Handler:
        """Return a handler with ``raises_next``, which is known if that holds for any of them."""
        if not raises_next and handler.exits & Exit.ENDS:
            raises_next = self._following.raises_behind(tried, body, handler)
        return replace(handler, raises_next=raises_next) if raises_next else handler

    def _caught(self, site: Site, caught: cst.BaseExpression | None) -> tuple[Ref, ...]:
        if caught is None:
            return ()
        scope = self._entries[site].state.scope
        if not isinstance(caught, cst.Tuple):
            return (self._refs.ref(caught, scope),)
        found: list[Ref] = []
        for part in caught.elements:
            ref = self._refs.ref(part.value, scope)
            is_starred = isinstance(part, cst.StarredElement)
            found.append(Ref(Kind.ELEMENT, of=ref) if is_starred else ref)
        return tuple(found)

    def _uses(
        self, site: Site, name: str, tries_again: bool
    ) -> tuple[tuple[str, ...], tuple[Site, ...], bool]:
        """Return what is done with the caught error: attributes read, calls given it, or more.

        Where the loop around tries again, what it becomes a part of at last does not count.
        """
        asked: dict[str, None] = {}
        given: dict[Site, None] = {}
        kept = False
        goals_of = partial(self._goals_of, self._entries[site].state.frame)
        for entry in self._entries[site + 1 : self._end(site)]:
            if not (isinstance(entry.node, cst.Name) and entry.node.value == name):
                continue
            if tries_again and any(isinstance(node, cst.Raise) for node in entry.in_statement()):
                continue
            outer = entry.above(1)
            call = entry.above(2)
            if isinstance(outer, cst.Attribute):
                if not is_only_text(entry, goals_of):
                    asked[outer.attr.value] = None
            elif isinstance(outer, cst.Arg) and isinstance(call, cst.Call):
                given[self._order[id(call)]] = None
            elif not isinstance(outer, (cst.FormattedStringExpression, cst.AsName)):
                kept = kept or not is_only_text(entry, goals_of)
        return tuple(asked), tuple(given), kept

    def only_shows(self, qualname: str, name: str) -> bool:
        """True if what a function has under a name only becomes a part of texts like that."""
        uses = [e for e in self._by_name.get(name, ()) if e.state.frame.head.qualname == qualname]
        if not uses or any(map(_is_stored, uses)):
            return False
        return all(is_only_text(e, partial(self._goals_of, e.state.frame)) for e in uses)

    def _goals_of(self, frame: Frame, name: str) -> Goals:
        """Return where a text with a local name goes, also in functions inside of the function."""
        key = id(frame), name
        if key not in self._goals:
            named = self._by_name.get(name, ())
            self._goals[key] = goals(
                one for one in named if not (one.state.frame is frame and _is_stored(one))
            )
        return self._goals[key]

    @cached_property
    def _by_name(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entry in self._entries:
            if isinstance(entry.node, cst.Name):
                found.setdefault(entry.node.value, []).append(entry)
        return found

    def _leaving(self, last: Site) -> Site:
        """The first statement of a ``finally`` that leaves it; loops in it keep their jumps."""
        frame = self._entries[last].state.frame
        for number in range(last, self._end(last)):
            entry = self._entries[number]
            if not isinstance(entry.node, _LEAVING) or entry.state.frame is not frame:
                continue
            if isinstance(entry.node, cst.Return) or not self._in_loop(entry, last):
                return number
        return -1

    def _in_loop(self, entry: Entry, last: Site) -> bool:
        """True if there is a loop around a place that begins behind a site."""
        around = (node for node in entry.around() if self._order.get(id(node), -1) > last)
        return any(isinstance(node, (cst.For, cst.While)) for node in around)

    def _has_raise(self, site: Site) -> bool:
        """True if a ``raise`` is below a site, in the same function."""
        frame = self._entries[site].state.frame
        below = self._entries[site : self._end(site)]
        return any(type(e.node) is cst.Raise and e.state.frame is frame for e in below)

    def _is_plain(self, body: Site) -> bool:
        return all(type(e.node) in _PLAIN for e in self._entries[body : self._end(body)])

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


def _is_stored(entry: Entry) -> bool:
    """True of a name that is set, and of one that is no local name: an option, or an attribute."""
    above = entry.above(1)
    match above:
        case cst.AssignTarget():
            return True
        case cst.AnnAssign(target=target) | cst.AugAssign(target=target):
            return target is entry.node
        case cst.Arg(keyword=keyword):
            return keyword is entry.node
        case cst.Attribute(attr=attr):
            return attr is entry.node
    return False


def _around(site: Site, before: Sequence[Try]) -> int:
    """The index of the last of some statements that a site stands in, or -1."""
    number = len(before) - 1
    while number >= 0 and site >= _whole_end(before[number]):
        number = before[number].around
    return number


def _whole_end(tried: Try) -> Site:
    """The site at which a statement ends with its handlers and its ``finally``."""
    return max(tried.end, tried.last_end, *(handler.end for handler in tried.handlers))
