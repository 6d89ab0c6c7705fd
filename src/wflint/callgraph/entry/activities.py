"""The activities that a module defines: functions, methods of its classes, objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from wflint.callgraph.entry.entry_points import Entry, EntryPoints
from wflint.facts.ids import Cls, Fn, shown_name
from wflint.facts.model import FunctionHead
from wflint.inference.resolver import Resolver
from wflint.project.module import Module
from wflint.temporal.decorators import ACTIVITY
from wflint.temporal.regions import Region

Method = tuple[Cls, FunctionHead]
"""A method, and the class that it is defined in."""


class Activities:
    """Finds the activities of one module after the other."""

    def __init__(self, roots: EntryPoints) -> None:
        self.roots = roots
        self.store = roots.resolver.store
        self._methods = ActivityMethods(roots.resolver, roots.is_activity)

    def of(self, module: Module) -> Iterator[Entry]:
        """The activities of a module. Each class has those that it inherits as well."""
        path, facts = module.path, module.facts
        for qualname, head in facts.functions.items():
            if not head.owner:
                yield from self._activity(Fn(path, qualname), Cls(path, ""), shown_name(qualname))
                yield from self._nested(Fn(path, qualname), head, module)
        for qualname, cls_facts in facts.classes.items():
            cls = Cls(path, qualname)
            names = (self.roots.decorator_names(d, path) for d in cls_facts.decorators)
            is_callable = any(ACTIVITY in each for each in names)
            methods = self.roots.methods(cls) if is_callable else self._methods.of(cls)
            for base, head in methods:
                fn, shown = Fn(base.path, head.qualname), shown_name(f"{qualname}.{head.name}")
                if is_callable and head.name == "__call__":
                    yield Entry(fn, cls, shown, _region(head))
                yield from self._activity(fn, cls, shown)

    def _activity(self, fn: Fn, receiver: Cls, shown: str) -> Iterator[Entry]:
        head = self.store.head(fn)
        if head is not None and self.roots.is_activity(fn):
            yield Entry(fn, receiver, shown, _region(head))

    def _nested(self, fn: Fn, head: FunctionHead, module: Module) -> Iterator[Entry]:
        """Activities that a function defines, so that they share what it was given."""
        if not re.search(r"\n[ \t]+@", module.source.searchable[head.start : head.end]):
            return
        for body in self.store.with_nested(fn):
            inside = Fn(fn.path, body.head.qualname)
            if inside != fn and not body.head.owner:
                yield from self._activity(inside, Cls(fn.path, ""), inside.shown)


class ActivityMethods:
    """The methods of a class that are activities, its own and those that it inherits.

    Each method is asked about once, however many classes inherit it.
    """

    def __init__(self, resolver: Resolver, is_activity: Callable[[Fn], bool]) -> None:
        self.resolver = resolver
        self.is_activity = is_activity
        self._known: set[Cls] = set()
        self._own: dict[Cls, list[FunctionHead]] = {}  # of the classes that define activities
        self._defining: dict[str, set[Cls]] = {}  # by the name of a method

    def of(self, cls: Cls) -> Iterator[Method]:
        """The activities of a class in the order of its bases, but for those it overrides."""
        order = self.resolver.order(cls)[0]
        for base in sorted(set(order) - self._known):
            self._look_at(base)
        if self._own.keys().isdisjoint(order):
            return
        places = sorted((order.index(base), base) for base in self._own.keys() & set(order))
        for place, base in places:
            before = order[:place]
            for head in self._own[base]:
                if self._defining[head.name].isdisjoint(before):
                    yield base, head

    def _look_at(self, cls: Cls) -> None:
        self._known.add(cls)
        facts = self.resolver.facts_of(cls)
        for head in facts.methods.values() if facts is not None else ():
            self._defining.setdefault(head.name, set()).add(cls)
            if self.is_activity(Fn(cls.path, head.qualname)):
                self._own.setdefault(cls, []).append(head)


def _region(head: FunctionHead) -> Region:
    return Region.ASYNC_ACTIVITY if head.is_async else Region.SYNC_ACTIVITY
