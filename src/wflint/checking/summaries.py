"""Effects of functions, their own and those of what they call, as rules are shown them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from typing import NamedTuple

from wflint.callgraph.attribute_reads import attribute_reads
from wflint.callgraph.awaited import may_cancel_itself
from wflint.callgraph.catching import Catching
from wflint.callgraph.effects import Effects, Function, runs_in_same_task
from wflint.callgraph.graph import CallGraph, Hop, Node
from wflint.facts.ids import Fn
from wflint.facts.model import Kind, Site
from wflint.facts.sites import call_at, tries_handling
from wflint.project.store import Store
from wflint.rule.views import EffectAt
from wflint.temporal.effects import Effect, parts_of
from wflint.temporal.errors import CANCELLED, SDK_CANCELLED
from wflint.temporal.regions import Region
from wflint.wording import code_on_one_line, shortened

_CANCELLED = Region.RUN | Region.ASYNC_ACTIVITY | Region.SYNC_ACTIVITY
"""Regions whose entry points are cancelled from outside."""

_NO_ERROR = "no_thread_cancel_exception"
_CANCELLATIONS = frozenset({CANCELLED, SDK_CANCELLED})

CANCELLATION_REASON = "temporalio.workflow.cancellation_reason"
"""The function of the SDK that tells a workflow if that has been requested, however often."""

_MOST_SHOWN = 60
"""How many characters of the source a message quotes."""


class _Places(NamedTuple):
    """The callees at each call site, and the call sites of each callee."""

    at: dict[tuple[Fn, Site], set[Function]]
    to: dict[Fn, set[tuple[Fn, Site]]]


class Summaries:
    """The effects of the functions of a call graph."""

    def __init__(
        self, graph: CallGraph, effects: Effects, store: Store, catching: Catching | None = None
    ) -> None:
        self.graph = graph
        self._effects = effects
        self._store = store
        self._catching = catching
        self._at_sites: dict[Node, dict[Site, list[Node]]] = {}
        self._main_task: Collection[Node] | None = None
        self._open: Collection[Node] | None = None
        self._cancels_itself: dict[Fn, bool] = {}
        self._acting: set[Node] | None = None
        self.only_handled: dict[tuple[Node, int], bool] = {}  # is a node only called by handlers?

    def called(self, node: Node, site: Site) -> list[Node]:
        """Return what a node calls at a site of its body."""
        known = self._at_sites.get(node)
        if known is None:
            known = self._at_sites[node] = {}
            for edge in self.graph.callees(node):
                known.setdefault(edge.site, []).append(edge.to)
        return known.get(site, [])

    def is_in_main_task(self, node: Node) -> bool:
        """True if the run method of a workflow, or an activity, runs a function in its own task.

        That is the one that a cancellation reaches. It gets into other tasks only through what the
        main one waits for, and handlers of messages have tasks of their own.
        """
        if self._main_task is None:
            self._main_task = self.graph.search(self._starts(), self._goes_on)
        return node in self._main_task

    def is_cancelled(self, node: Node, site: Site) -> bool:
        """True if the first cancellation may come at a place: there is no second one.

        It has come already where only handlers of it lead to.
        """
        if self._open is None:
            self._open = self.graph.search(
                self._starts(),
                lambda hop, to: self._goes_on(hop, to) and not self._is_over(*hop),
            )
        return node in self._open and not self._is_over(node, site)

    def _starts(self) -> list[Node]:
        return [
            node
            for node, entry in self.graph.entries.items()
            if entry.kind & _CANCELLED and not self._wants_no_error(node)
        ]

    def _wants_no_error(self, node: Node) -> bool:
        """True of a plain activity that the SDK is told not to raise an error in."""
        head = self._store.body(node.fn).head
        given = (decorator.option(_NO_ERROR) for decorator in head.decorators)
        return not head.is_async and any(
            value is not None and value.text == "True" for value in given
        )

    def _is_over(self, node: Node, site: Site) -> bool:
        """True in a handler that gets nothing but cancellations, which come from outside."""
        body, catching = self._store.body(node.fn), self._catching
        if catching is None or not body.tries:
            return False
        is_handling = any(
            handler is not None
            and not tried.is_with
            and _CANCELLATIONS.issuperset(catching.caught(handler, node.fn.path, node.receiver))
            for tried, handler in tries_handling(body, site)
        )
        return is_handling and not self._may_cancel_itself(node.fn)

    def _may_cancel_itself(self, fn: Fn) -> bool:
        if fn not in self._cancels_itself:
            self._cancels_itself[fn] = may_cancel_itself(self._store.body(fn))
        return self._cancels_itself[fn]

    def _goes_on(self, hop: Hop, to: Node) -> bool:
        return to not in self.graph.registered.get(hop, ()) and runs_in_same_task(
            to, hop, self._store
        )

    def of_call(self, node: Node, site: Site, effect: Effect) -> EffectAt | None:
        """Return the nearest place where what is called at a site has an effect for the caller."""
        return self.nearest(self._having(node, site, effect), effect)

    def behind(self, node: Node, site: Site, effect: Effect) -> EffectAt | None:
        """Return the same for someone who looks at the caller, for whom it is elsewhere."""
        way = self._way(self._having(node, site, effect), effect)
        if not way:
            return None
        (fn, _), place = way[-1]
        call = next((c for c in self._store.body(fn).calls if c.site == place), None)
        shown = f"{call.written}()" if call is not None else source_of(self._store, fn, place)
        return EffectAt(shown, fn.shown)

    def _having(self, node: Node, site: Site, effect: Effect) -> list[Function]:
        """Return what is called at a site and has an effect for the caller."""
        hop = Hop(node, site)
        return [
            (callee.fn, callee.receiver)
            for callee in self.called(node, site)
            if self._effects.reach(effect, callee, hop, self._store)
        ]

    def nearest(self, functions: Iterable[Function], effect: Effect) -> EffectAt | None:
        """Return the nearest place where one of some functions has an effect."""
        way = self._way(functions, effect)
        if not way:
            return None
        (fn, _), site = way[-1]
        return EffectAt(source_of(self._store, fn, site), fn.shown if len(way) > 1 else "")

    def certain(self, functions: Iterable[Function], effect: Effect) -> EffectAt | None:
        """Return the same where all that may be called on the way has the effect."""
        found = list(functions)
        steps = self._way(found, effect)[:-1]
        is_certain = all(self._surely_has(effect, fn, site) for (fn, _), site in steps)
        return self.nearest(found, effect) if is_certain else None

    def _surely_has(self, effect: Effect, fn: Fn, site: Site) -> bool:
        """True if whatever a function calls at a site has an effect.

        What calls a parameter calls something else for each of its callers, or of those of the
        function around it.
        """
        call = call_at(self._store.body(fn), site)
        if call is not None and call.target.kind is Kind.PARAM and not call.target.path:
            outer = Fn(fn.path, self._store.outermost(fn))
            return all(len(self._places.to.get(one, ())) <= 1 for one in (fn, outer))
        return all(self._effects.of([one]) & effect for one in self._places.at.get((fn, site), ()))

    def acting(self, gives_command: Callable[[Node], bool]) -> set[Node]:
        """Return the functions that call, or lead to, one that gives a command, awaited or not."""
        if self._acting is None:
            self._acting = self.graph.ancestors(filter(gives_command, self.graph.parents))
        return self._acting

    @cached_property
    def asking(self) -> set[Node]:
        """The functions that ask if the workflow has been cancelled, or lead to one that does."""
        outcomes = self.graph.outcomes
        asking = {
            fn for fn, of_calls in outcomes.items() if CANCELLATION_REASON in of_calls.values()
        }
        return self.graph.ancestors(node for node in self.graph.parents if node.fn in asking)

    @cached_property
    def read_attributes(self) -> frozenset[str]:
        """The names of the attributes that the functions of the graph read."""
        return attribute_reads(self.graph, self._store)

    @cached_property
    def _places(self) -> _Places:
        found = _Places({}, {})
        for node, edges in self.graph.edges.items():
            for edge in edges:
                called = (edge.to.fn, edge.to.receiver)
                found.at.setdefault((node.fn, edge.site), set()).add(called)
                found.to.setdefault(edge.to.fn, set()).add((node.fn, edge.site))
        return found

    def effects_of(self, functions: Iterable[Function]) -> Effect:
        """Return all effects that some functions have."""
        return self._effects.of(functions)

    def _way(self, functions: Iterable[Function], effect: Effect) -> list[tuple[Function, Site]]:
        """Return the shortest way to such a place; see :meth:`Effects.way`."""
        ways = [
            way
            for function in functions
            for one in parts_of(effect)
            if (way := self._effects.way(function, one))
        ]
        return min(ways, key=lambda way: (len(way), way[-1][1]), default=[])


def source_of(store: Store, fn: Fn, site: Site, most: int = _MOST_SHOWN) -> str:
    """Return the source of a site on one line, shortened to so many characters."""
    start, end = store.span(fn, site)
    return shortened(code_on_one_line(store.load(fn.path).source.text[start:end]), most)
