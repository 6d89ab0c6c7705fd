"""Follows what modules do when they are imported, and notes the names outside the project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from wflint.callgraph.builder import Border, CallGraphBuilder
from wflint.callgraph.entry.entry_points import Entry
from wflint.callgraph.events import DefaultFactory, ExternalArgument, ExternalCall, ExternalUse
from wflint.callgraph.graph import Chain, Hop, Node, Parents, chain_to
from wflint.checking.checker import Checker
from wflint.checking.table_entries import handed_over
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Call
from wflint.inference.values import ExternalValue, FunctionValue
from wflint.project.store import Store
from wflint.rule.call_view import CallView
from wflint.temporal.regions import Region


def import_time_bodies(store: Store, path: str) -> list[Fn]:
    """The pieces of code that run when the module in a file is imported."""
    return [Fn(path, name) for name in store.module_bodies(path)]


class Place(NamedTuple):
    """A call or use of something outside the project, and what rules are shown of it."""

    node: Node
    site: int
    flags: int
    view: CallView
    entity: ExternalValue
    is_call: bool


class ImportScan:
    """The effects of importing some files, calls into functions of the project included.

    ``is_reloaded`` says that the sandbox imports them again for each workflow.
    """

    def __init__(self, checker: Checker, paths: Iterable[str], is_reloaded: bool) -> None:
        self.checker = checker
        self.is_reloaded = is_reloaded
        self._ways: dict[Hop, Parents] = {}
        store = checker.resolver.store
        bodies = [fn for path in paths for fn in import_time_bodies(store, path)]
        border = Border(
            self._is_followed, checker.roots.is_boundary, lambda entity: True, lambda _: False
        )
        reach = CallGraphBuilder(checker.resolver, checker.roots, border)
        self.reached = reach.run(
            Entry(fn, Cls(fn.path, ""), fn.path, Region.IMPORT) for fn in bodies
        )
        self.events = reach.events

    def _is_followed(self, entity: FunctionValue, call: Call) -> bool:
        """True unless it is a coroutine function, for calling one runs nothing of it."""
        callee = self.checker.callees.of(entity.fn)
        elsewhere = self.checker.roots.is_boundary(entity.fn)
        return callee is not None and not callee.is_async and not elsewhere

    def places(self) -> Iterator[Place]:
        """Return the calls and uses of what is outside the project, in the order of the search.

        What makes the default value of a field of an object that the module makes counts as called.
        """
        body = self.checker.resolver.store.body
        for event in self.events:
            match event:
                case ExternalCall(node, call, entity):
                    name, partial = entity.name, entity.partial
                    view = self.checker.views.of_call(
                        node, body(node.fn), call, name=name, partial=partial
                    )
                    yield Place(node, call.site, call.flags, view, entity, True)
                case ExternalArgument(node, call, site, entity) | DefaultFactory(
                    node, call, site, entity
                ):
                    made_up = handed_over(call, site, entity)
                    view = self.checker.views.of_call(
                        node, body(node.fn), made_up, name=entity.name
                    )
                    yield Place(node, site, call.flags, view, entity, True)
                case ExternalUse(node, use, entity):
                    view = self.checker.views.of_use(node, body(node.fn), use, entity.name)
                    yield Place(node, use.site, use.flags, view, entity, False)

    # Ways to a place.

    def way(self, node: Node) -> Chain:
        """The shortest way from the code of a module."""
        return self.reached.chain(node)

    def starts(self, node: Node) -> list[Hop]:
        """All calls in the code of modules that lead to ``node``; none if it is such code."""
        if node in self.reached.entries:
            return []
        marks = self._marks.get(node, 0)
        found = []
        while marks:
            lowest = marks & -marks
            found.append(self._first_calls[lowest.bit_length() - 1])
            marks ^= lowest
        return found

    @cached_property
    def _first_calls(self) -> list[Hop]:
        graph = self.reached
        return [Hop(node, e.site) for node in graph.entries for e in graph.callees(node)]

    @cached_property
    def _marks(self) -> dict[Node, int]:
        """For each node a bit for each of the first calls that lead to it."""
        given: dict[Node, int] = {}
        called = (e.to for node in self.reached.entries for e in self.reached.callees(node))
        for number, node in enumerate(called):
            given[node] = given.get(node, 0) | 1 << number
        return self.reached.marks(given)

    def way_through(self, first: Hop, node: Node) -> Chain:
        """The shortest way to ``node`` that begins with a call in the code of a module."""
        if first not in self._ways:
            entries = self.reached.entries
            self._ways[first] = self.reached.search([first], lambda _, to: to not in entries)
        return chain_to(node, self._ways[first])
