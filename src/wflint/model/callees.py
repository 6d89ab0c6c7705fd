"""The functions of the project as rules know them."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from wflint.callgraph.entry.entry_points import EntryPoints
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import FunctionHead
from wflint.inference.resolver import Resolver
from wflint.inference.values import AbstractValue, ClassValue, ExternalValue, FunctionValue
from wflint.rule.views import Callee

_DEFN = "temporalio.activity.defn"
_COMMAND = re.compile(r"\b(?:execute|start)_(?:local_)?activity\w*$")
_MOST = 50
"""How many functions are looked at to find out what a decorator does."""


class Callees:
    """Gives what rules may know of functions of the project."""

    def __init__(self, resolver: Resolver, roots: EntryPoints) -> None:
        self._resolver = resolver
        self._roots = roots
        self._scheduling: dict[AbstractValue, bool] = {}

    def of(self, fn: Fn, receiver: Cls | None = None) -> Callee | None:
        """Return what rules may know of a function; ``None`` if it has no code of its own.

        A method that is called on an object of a class is a run method if that is a workflow.
        """
        store = self._resolver.store
        head = store.head(fn)
        if head is None:
            return None
        is_activity = self._roots.is_activity(fn)
        if head.is_async and not is_activity:
            head = store.body(fn).head  # the body tells generators
        return Callee(
            head,
            store.load(fn.path).facts.name,
            is_activity,
            self._roots.is_run(fn) and (receiver is None or self._roots.is_workflow(receiver)),
            is_activity and self._is_replaced(fn, head),
        )

    def _is_replaced(self, fn: Fn, head: FunctionHead) -> bool:
        """True if a decorator may put something in the place of an activity that schedules it.

        What stands below ``activity.defn`` is in the activity.
        """
        for decorator in head.decorators:
            for entity in self._resolver.resolve(decorator.target, fn.path):
                if isinstance(entity, ExternalValue) and entity.name == _DEFN:
                    return False
                if entity not in self._scheduling:
                    self._scheduling[entity] = self._schedules(entity)
                if self._scheduling[entity]:
                    return True
        return False

    def _schedules(self, decorator: AbstractValue) -> bool:
        """True if a decorator of the project has an activity executed, or what it calls has."""
        seen = dict.fromkeys(self._functions(decorator))
        pending = deque(seen)
        while pending and len(seen) < _MOST:
            fn = pending.popleft()
            for body in self._resolver.store.with_nested(fn):
                for call in body.calls:
                    if _COMMAND.search(call.written):
                        return True
                    found = self._resolver.resolve(call.target, fn.path)
                    called = [e.fn for e in found if isinstance(e, FunctionValue)]
                    new = [one for one in called if one not in seen]
                    seen.update(dict.fromkeys(new))
                    pending.extend(new)
        return False

    def _functions(self, decorator: AbstractValue) -> Iterator[Fn]:
        """Yield a decorator, or the methods of the class that it is."""
        if isinstance(decorator, FunctionValue):
            yield decorator.fn
        if isinstance(decorator, ClassValue):
            for cls in self._resolver.order(decorator.cls)[0]:
                facts = self._resolver.facts_of(cls)
                heads = facts.methods.values() if facts is not None else ()
                yield from (Fn(cls.path, head.qualname) for head in heads)
