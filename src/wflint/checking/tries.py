"""Asks rules about the ``try`` statements of reached functions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from wflint.callgraph.awaited import awaited, awaits_later
from wflint.callgraph.effects import catching, keeps
from wflint.callgraph.graph import Node, runs
from wflint.checking.summaries import source_of
from wflint.facts.model import Call, Flag, FunctionBody, Handler, Site, Try
from wflint.inference.values import External
from wflint.rule.views import EffectAt
from wflint.temporal.api import CallKind, sdk_calls
from wflint.temporal.effects import Effect

if TYPE_CHECKING:
    from wflint.checking.checker import Checker


class ProtectedView:
    """A ``try`` in the body of ``node``; see :class:`~wflint.rule.try_view.TryView`."""

    def __init__(self, checker: Checker, statement: Try, node: Node, body: FunctionBody) -> None:
        self.statement = statement
        self.function = body.head
        self.settings = checker.settings_of(node.fn.path)
        self._checker = checker
        self._node = node
        self._body = body

    def effect(self, effect: Effect) -> EffectAt | None:
        """Return the nearest place where what is protected has an effect."""
        tried = self.statement
        inner = [t for t in self._body.tries if tried.start <= t.site < tried.end]
        for call in self._calls(tried.start, tried.end):
            if any(keeps(other, effect, call.site) for other in inner):
                continue
            if effect & self._does(call):
                return EffectAt(f"{call.written}()")
            found = self._checker.summaries.behind(self._node, call.site, effect)
            if found is not None:
                return found
        return self._awaited(effect, inner)

    def _awaited(self, effect: Effect, inner: list[Try]) -> EffectAt | None:
        """Return the first place where something that was begun before has an effect."""
        tried, node, resolver = self.statement, self._node, self._checker.resolver
        resolve = partial(resolver.resolve, receiver=node.receiver, env=node.env)
        for operation in awaits_later(self._body):
            site = operation.site
            if not tried.start <= site < tried.end:
                continue
            if not runs(operation, node) or any(keeps(other, effect, site) for other in inner):
                continue
            if effect & awaited(operation.operand, lambda ref: resolve(ref, node.fn.path)):
                shown = source_of(resolver.store, node.fn, site)
                return EffectAt(shown.removeprefix("await "))
        return None

    def catching(self, error: str) -> Handler | None:
        """Return the handler that gets, or may get, an error of the SDK."""
        return catching(self.statement, error)

    def raises(self, handler: Handler) -> bool:
        """True if a handler may raise, itself or by what it calls."""
        return handler.raises or any(
            self._of_call(call, Effect.RAISES) is not None
            for call in self._calls(handler.site, handler.end)
        )

    def gives_commands(self, handler: Handler) -> bool:
        """True if a handler gives commands other than timers, itself or by what it calls."""
        for call in self._calls(handler.site, handler.end):
            known = sdk_calls().get(self._name(call))
            if known is not None and known.kind is not CallKind.TIMER and runs(call, self._node):
                if known.does & Effect.COMMAND:
                    return True
            elif known is None and self._of_call(call, Effect.COMMAND) is not None:
                return True
        return False

    def given_to(self, handler: Handler) -> list[str]:
        """Return the dotted names of what a handler gives its error to."""
        calls = {call.site: call for call in self._calls(handler.site, handler.end)}
        return [self._name(calls.get(site)) for site in handler.given]

    def _calls(self, start: Site, end: Site) -> Iterator[Call]:
        return (call for call in self._body.calls if start <= call.site < end)

    def _of_call(self, call: Call, effect: Effect) -> EffectAt | None:
        return self._checker.summaries.of_call(self._node, call.site, effect)

    def _does(self, call: Call) -> Effect:
        """Return the effects of a call of the SDK; none as long as it is not awaited."""
        known = sdk_calls().get(self._name(call))
        if known is None or not runs(call, self._node) or not call.flags & Flag.AWAITED:
            return Effect(0)
        return known.does

    def _name(self, call: Call | None) -> str:
        if call is None:
            return ""
        node, resolver = self._node, self._checker.resolver
        found = resolver.resolve(call.target, node.fn.path, node.receiver, env=node.env)
        return next((e.name for e in found if isinstance(e, External)), "")
