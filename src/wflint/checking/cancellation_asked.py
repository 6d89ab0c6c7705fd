"""Tells if code asks, behind a place, whether the workflow has been cancelled.

`workflow.cancellation_reason()` is something exactly if that has been requested, whatever became of
the error: who asks so later needs none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.callgraph.graph import Hop, Node, runs
from wflint.checking.summaries import CANCELLATION_REASON
from wflint.facts.model import Call, Flag, Site
from wflint.facts.sites import call_at

if TYPE_CHECKING:
    from wflint.checking.checker import Checker


def is_asked_behind(checker: Checker, node: Node, site: Site, flags: int) -> bool:
    """True if a function asks behind a site, which has some flags, or all that call it do so.

    In a loop, what comes before it is asked in the next round.
    """
    graph, store = checker.summaries.graph, checker.resolver.store
    if not checker.summaries.asking:
        return False
    pending, seen = [(Hop(node, site), flags)], {Hop(node, site)}
    while pending:
        at, around = pending.pop()
        calls = store.body(at.node.fn).calls
        if any(_is_behind(call, at.site, around) and _asks(checker, at, call) for call in calls):
            continue
        callers = graph.callers(at.node)
        if at.node in graph.entries or not callers:
            return False
        for hop in callers:
            if hop not in seen:
                seen.add(hop)
                call = call_at(store.body(hop.node.fn), hop.site)
                pending.append((hop, call.flags if call is not None else 0))
    return True


def _is_behind(call: Call, site: Site, flags: int) -> bool:
    return call.site > site or bool(call.flags & flags & Flag.IN_LOOP)


def _asks(checker: Checker, at: Hop, call: Call) -> bool:
    """True if a call asks, itself or in what it calls."""
    summaries = checker.summaries
    if not runs(call, at.node):
        return False
    if summaries.graph.outcomes.get(at.node.fn, {}).get(call.site) == CANCELLATION_REASON:
        return True
    return not summaries.asking.isdisjoint(summaries.called(at.node, call.site))
