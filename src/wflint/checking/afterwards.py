"""Finds what workflow code may still do after a place of it has been passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.callgraph.graph import Node
from wflint.checking.tries import Cancelling, ProtectedView
from wflint.facts.model import Flag, Site, Try
from wflint.facts.sites import call_at
from wflint.rule.views import EffectAt
from wflint.temporal.effects import Effect

if TYPE_CHECKING:
    from wflint.checking.checker import Checker

_END = 2**31


def effect_after(checker: Checker, node: Node, site: Site, effect: Effect) -> EffectAt | None:
    """Return a place with an effect that may come after a site, in its function or in a caller.

    All of a function may come after what stands in a loop of it, and nothing is known of what runs
    beside a call that is not awaited by itself: that call is the place.
    """
    graph, store = checker.views.reached, checker.resolver.store
    pending, seen = [(node, site)], {(node, site)}
    for at, passed in pending:
        body = store.body(at.fn)
        call = call_at(body, passed)
        if call is None or not call.flags & Flag.AWAITED:
            return EffectAt(call.written if call is not None else "")
        rest = Try(passed, 0 if call.flags & Flag.IN_LOOP else passed + 1, _END)
        view = ProtectedView(checker, rest, at, body, Cancelling(checker, at, body))
        found = view.effect(effect)
        if found is not None:
            return found
        callers = ((hop.node, hop.site) for hop in graph.callers(at))
        pending += [one for one in dict.fromkeys(callers) if one not in seen]
        seen.update(pending)
    return None
