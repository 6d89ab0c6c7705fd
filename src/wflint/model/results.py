"""What becomes of the results of methods: if there are any, and who gets them."""

from __future__ import annotations

from collections.abc import Iterable

from wflint.callgraph.graph import CallGraph, Hop
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Flag
from wflint.facts.sites import call_at
from wflint.inference.resolver import Resolver
from wflint.inference.values import AbstractValue, FunctionValue
from wflint.model.method_text import text_of
from wflint.project.store import Store
from wflint.rule.definition_views import MethodText

_NEVER = frozenset({"Never", "NoReturn"})
"""The last words of annotations of what never returns."""


class ResultUses:
    """Tells which results of functions the code that a graph reaches does something with."""

    def __init__(self, graph: CallGraph, store: Store) -> None:
        self._graph = graph
        self._store = store
        self._calls: dict[Fn, list[Hop]] | None = None

    def is_used(self, fn: Fn) -> bool:
        """True if something else than the SDK calls a function, and does not drop its result."""
        return any(map(self._keeps_result, self._calls_of(fn)))

    def _calls_of(self, fn: Fn) -> Iterable[Hop]:
        if self._calls is None:
            self._calls = {}
            for node in self._graph.order:
                for edge in self._graph.callees(node):
                    self._calls.setdefault(edge.to.fn, []).append(Hop(node, edge.site))
        return self._calls.get(fn, ())

    def _keeps_result(self, hop: Hop) -> bool:
        call = call_at(self._store.body(hop.node.fn), hop.site)
        return call is None or not call.flags & Flag.STATEMENT


def may_return(fn: Fn, owner: Cls, resolver: Resolver) -> bool:
    """True unless a method surely ends with an error: its own, or that of a function it calls."""
    text = text_of(resolver.store.load(fn.path), fn.qualname)
    if text is None or not _returns(text):
        return text is None
    calls = (call for call in resolver.store.body(fn).calls if call.flags & Flag.STATEMENT)
    return not any(
        call.written in text.calls
        and _all_raise(resolver.resolve(call.target, fn.path, owner), resolver)
        for call in calls
    )


def _all_raise(called: Iterable[AbstractValue], resolver: Resolver) -> bool:
    found = [
        text_of(resolver.store.load(one.fn.path), one.fn.qualname)
        if isinstance(one, FunctionValue)
        else None
        for one in called
    ]
    return bool(found) and all(text is not None and not _returns(text) for text in found)


def _returns(text: MethodText) -> bool:
    """True if the text of a function alone does not show that it never returns."""
    return text.ends and text.returns.strip("'\"").rpartition(".")[2] not in _NEVER
