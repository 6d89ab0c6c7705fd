"""Asks rules about the ``try`` statements of reached functions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from wflint.callgraph.awaited import Awaits, awaited
from wflint.callgraph.effects import catching, keeps
from wflint.callgraph.graph import Node, runs
from wflint.checking.summaries import source_of
from wflint.facts.model import Call, Flag, FunctionBody, Handler, Site, Try
from wflint.facts.sites import between, call_at, tries_around
from wflint.inference.values import ExternalValue
from wflint.rule.views import EffectAt
from wflint.temporal.api import CallKind, sdk_calls
from wflint.temporal.effects import Effect

if TYPE_CHECKING:
    from wflint.checking.checker import Checker


class ProtectedView:
    """A ``try`` in the body of ``node``; see :class:`~wflint.rule.try_view.TryView`.

    ``later`` is what the body awaits that was begun before.
    """

    def __init__(
        self,
        checker: Checker,
        statement: Try,
        node: Node,
        body: FunctionBody,
        later: Sequence[Awaits],
    ) -> None:
        self.statement = statement
        self.function = body.head
        self.settings = checker.settings_of(node.fn.path)
        self._checker = checker
        self._node = node
        self._body = body
        self._later = later

    def effect(self, effect: Effect) -> EffectAt | None:
        """Return the nearest place where what is protected has an effect."""
        tried = self.statement
        for call in between(self._body.calls, tried.start, tried.end):
            if self._is_kept(call.site, effect):
                continue
            if effect & self._does(call):
                return EffectAt(f"{call.written}()")
            found = self._checker.summaries.behind(self._node, call.site, effect)
            if found is not None:
                return found
        return self._awaited(effect)

    def _awaited(self, effect: Effect) -> EffectAt | None:
        """Return the first place where something that was begun before has an effect."""
        tried, node, resolver = self.statement, self._node, self._checker.resolver
        resolve = partial(resolver.resolve, receiver=node.receiver, env=node.env)
        for place in between(self._later, tried.start, tried.end):
            site = place.site
            if not runs(place, node) or self._is_kept(site, effect):
                continue
            if effect & awaited(place, lambda ref: resolve(ref, node.fn.path)):
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
            for call in between(self._body.calls, handler.site, handler.end)
        )

    def gives_commands(self, handler: Handler) -> bool:
        """True if a handler gives commands other than timers, itself or by what it calls."""
        for call in between(self._body.calls, handler.site, handler.end):
            known = sdk_calls().get(self._name(call))
            if known is not None and known.kind is not CallKind.TIMER and runs(call, self._node):
                if known.does & Effect.COMMAND:
                    return True
            elif known is None and self._of_call(call, Effect.COMMAND) is not None:
                return True
        return False

    def given_to(self, handler: Handler) -> list[str]:
        """Return the dotted names of what a handler gives its error to."""
        return [self._name(call_at(self._body, site)) for site in handler.given]

    def _is_kept(self, site: Site, effect: Effect) -> bool:
        """True if a ``try`` further in keeps the error of what stands at a site."""
        for tried in tries_around(self._body, site):
            if tried is self.statement:
                return False
            if keeps(tried, effect):
                return True
        return False

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
        return next((e.name for e in found if isinstance(e, ExternalValue)), "")
