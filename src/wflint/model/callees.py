"""The functions of the project as rules know them."""

from __future__ import annotations

from wflint.callgraph.entry.entry_points import EntryPoints
from wflint.facts.ids import Fn
from wflint.inference.resolver import Resolver
from wflint.rule.views import Callee


class Callees:
    """Gives what rules may know of functions of the project."""

    def __init__(self, resolver: Resolver, roots: EntryPoints) -> None:
        self._resolver = resolver
        self._roots = roots

    def of(self, fn: Fn) -> Callee | None:
        """Return what rules may know of a function; ``None`` if it has no code of its own."""
        store = self._resolver.store
        head = store.head(fn)
        if head is None:
            return None
        is_activity = self._roots.is_activity(fn)
        if head.is_async and not is_activity:
            head = store.body(fn).head  # the body tells generators
        return Callee(head, store.load(fn.path).facts.name, is_activity, self._roots.is_run(fn))
