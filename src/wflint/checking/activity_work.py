"""Finds the activities whose work a function does: they return what it gives, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from wflint.callgraph.entry.entry_points import EntryPoints
from wflint.callgraph.graph import CallGraph, Node
from wflint.facts.ids import Fn
from wflint.facts.model import Call, FunctionBody, Kind, Ref, Site
from wflint.facts.sites import call_at

_LOGGERS = frozenset({"log", "logger"})


def activities_doing(node: Node, graph: CallGraph, roots: EntryPoints) -> list[Fn]:
    """Return the activity that a function is, or else those that only pass on what it gives.

    They are in order. Functions may stand between, if these only pass it on as well.
    """
    found: set[Fn] = set()
    seen, pending = {node}, [node]
    while pending:
        at = pending.pop()
        if roots.is_activity(at.fn):
            found.add(at.fn)
            continue
        for caller in _passing_on(at, graph, roots):
            if caller not in seen:
                seen.add(caller)
                pending.append(caller)
    return sorted(found)


def _passing_on(node: Node, graph: CallGraph, roots: EntryPoints) -> Iterator[Node]:
    """Yield the callers of a function that only return what it gives."""
    for hop in graph.callers(node):
        if _passes_on(roots.resolver.store.body(hop.node.fn), hop.site):
            yield hop.node


def _passes_on(body: FunctionBody, site: Site) -> bool:
    """True for ``return await send(order)``, and for ``await send(order)`` if that is all."""
    call = call_at(body, site)
    if call is None or body.raises:
        return False
    others = [c for c in body.calls if c is not call and _LOGGERS.isdisjoint(c.target.path)]
    if not body.returned:
        return not others
    if any(_is_result(arg.value.ref, call) for other in others for arg in other.args):
        return False
    return all(_is_result(ref, call) for ref in body.returned)


def _is_result(ref: Ref, call: Call) -> bool:
    return ref.kind is Kind.RESULT and ref.of == call.target
