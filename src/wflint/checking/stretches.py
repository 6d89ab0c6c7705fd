"""Asks what happens in a stretch of a function that the search has reached."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from wflint.callgraph.effects import effects_of, of_waiting_for, waits_in_loop
from wflint.callgraph.graph import Hop, Node, runs
from wflint.callgraph.waited_for import WAIT_FOR, waited_site
from wflint.checking.summaries import source_of
from wflint.facts.model import Call, Flag, FunctionBody, Kind, Site
from wflint.facts.sites import between, call_at
from wflint.inference.values import AbstractValue, ExternalValue
from wflint.rule.views import EffectAt
from wflint.temporal.api import Gives, SdkCall, sdk_calls
from wflint.temporal.effects import Effect

if TYPE_CHECKING:
    from wflint.checking.checker import Checker


class Stretch:
    """Answers about parts of the body of ``node``."""

    def __init__(self, checker: Checker, node: Node, body: FunctionBody) -> None:
        self._checker = checker
        self._node = node
        self._body = body

    def effect(self, start: Site, end: Site, effect: Effect) -> EffectAt | None:
        """Return the first place from ``start`` to ``end`` (exclusive) that has an effect."""
        found = [
            *self._of_calls(start, end, effect),
            *self._of_changes(start, end, effect),
            *self._of_waits(start, end, effect),
        ]
        return min(found, key=lambda at: at[0])[1] if found else None

    def calls_code_with(self, start: Site, end: Site, pattern: str) -> bool:
        """True if a function of the project that is called there, or one below, has a match."""
        graph, store = self._checker.summaries.graph, self._checker.resolver.store
        edges = (edge for edge in graph.callees(self._node) if start <= edge.site < end)
        for node in graph.search([Hop(self._node, edge.site) for edge in edges]):
            head = store.body(node.fn).head
            text = store.load(node.fn.path).source.searchable[head.start : head.end]
            if re.search(pattern, text):
                return True
        return False

    def _of_calls(self, start: Site, end: Site, effect: Effect) -> Iterator[tuple[Site, EffectAt]]:
        for call in between(self._body.calls, start, end):
            if effect & self.does(call):
                yield call.site, EffectAt(f"{call.written}()")
                return
            found = self._checker.summaries.behind(self._node, call.site, effect)
            if found is not None and runs(call, self._node):
                yield call.site, found
                return

    def _of_changes(
        self, start: Site, end: Site, effect: Effect
    ) -> Iterator[tuple[Site, EffectAt]]:
        if not effect & Effect.MUTATES_SELF:
            return
        for change in between(self._body.mutations, start, end):
            if change.target.kind is Kind.SELF and runs(change, self._node):
                yield change.site, EffectAt(self._source(change.site))
                return

    def _of_waits(self, start: Site, end: Site, effect: Effect) -> Iterator[tuple[Site, EffectAt]]:
        """Waits for what was begun elsewhere: ``await handle``."""
        if not effect & Effect.WAITS:
            return
        for use in (*between(self._body.uses, start, end), *self._body.reads):
            if use.flags & Flag.AWAITED and start <= use.site < end and runs(use, self._node):
                yield use.site, EffectAt(f"await {use.written}")

    def _source(self, site: Site) -> str:
        return source_of(self._checker.resolver.store, self._node.fn, site)

    def does(self, call: Call) -> Effect:
        """Return the effects of a call of the SDK; none as long as it is not awaited."""
        if not runs(call, self._node):
            return Effect(0)
        name = self.name(call)
        known = sdk_calls().get(name)
        if known is not None and known.gives is not Gives.COROUTINE:
            return effects_of(known, call)
        if not call.flags & Flag.AWAITED:
            return Effect(0)
        if known is None:
            return waits_in_loop(name)
        return effects_of(known, call) if name != WAIT_FOR else self._waits_for(known, call)

    def _waits_for(self, known: SdkCall, call: Call) -> Effect:
        """Return the effects of a call of ``wait_for``, which depend on what it waits for."""
        inner = call_at(self._body, waited_site(call))
        name = self.name(inner) if inner is not None else ""
        has_3_12 = self._checker.has_3_12(self._node.fn.path)
        return effects_of(known, call) & ~Effect.AWAITS_ASYNCIO | of_waiting_for(name, has_3_12)

    def name(self, call: Call) -> str:
        """Return the dotted name of what is called, if it is outside of the project."""
        return next((e.name for e in self.called(call) if isinstance(e, ExternalValue)), "")

    def called(self, call: Call) -> Sequence[AbstractValue]:
        """Return all that a call may call."""
        node, resolver = self._node, self._checker.resolver
        return resolver.resolve(call.target, node.fn.path, node.receiver, env=node.env)
