"""Classes that look like workflows, and methods that may be handlers, and are not known to be any.

What is in them is not checked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec import Struct

from wflint.callgraph.entry.entry_points import EntryPoints
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Decorator
from wflint.inference.values import ExternalValue, Unresolved
from wflint.temporal.decorators import RUN


class Unseen(Struct, frozen=True):
    """A class with handlers that nothing is seen to make a workflow.

    ``handler`` is the name of the first of them, ``decorator`` a decorator of the class that is not
    understood.
    """

    cls: Cls
    handler: str
    decorator: str = ""


class Unmarked(Struct, frozen=True):
    """A method of a workflow under a ``decorator`` of others, that nothing is seen to call."""

    fn: Fn
    decorator: str


def unmarked_methods(
    roots: EntryPoints, paths: Collection[str], workflows: Iterable[Cls], reached: Collection[Fn]
) -> list[Unmarked]:
    """Return the methods of workflows, defined in ``paths``, that may be handlers of others."""
    resolver = roots.resolver
    found: dict[Unmarked, None] = {}
    for base in dict.fromkeys(base for cls in workflows for base in resolver.order(cls)[0]):
        facts = resolver.facts_of(base) if base.path in paths else None
        for head in facts.methods.values() if facts is not None else ():
            fn = Fn(base.path, head.qualname)
            if fn in reached or roots.is_boundary(fn):
                continue
            decorator = _first_unknown(roots, head.decorators, base.path)
            if decorator:
                found[Unmarked(fn, decorator)] = None
    return list(found)


def unseen_classes(
    roots: EntryPoints, paths: Iterable[str], workflows: Iterable[Cls]
) -> list[Unseen]:
    """The classes in ``paths`` with handlers that are neither workflows nor bases of any."""
    resolver = roots.resolver
    known = {base for cls in workflows for base in resolver.order(cls)[0]}
    found = []
    for path in paths:
        for qualname in resolver.store.load(path).facts.classes:
            cls = Cls(path, qualname)
            handlers = _own_handlers(roots, cls) if cls not in known else []
            if handlers:
                found.append(Unseen(cls, handlers[0], _unknown_decorator(roots, cls)))
    return found


def _own_handlers(roots: EntryPoints, cls: Cls) -> list[str]:
    facts = roots.resolver.facts_of(cls)
    heads = facts.methods.values() if facts is not None else ()
    names = [(roots.handler_names(head, cls.path), head.name) for head in heads]
    marked = [(RUN not in handlers, name) for handlers, name in names if handlers]
    return [name for _, name in sorted(marked, key=lambda one: one[0])]


def _unknown_decorator(roots: EntryPoints, cls: Cls) -> str:
    facts = roots.resolver.facts_of(cls)
    return _first_unknown(roots, facts.decorators if facts is not None else (), cls.path)


def _first_unknown(roots: EntryPoints, decorators: Iterable[Decorator], path: str) -> str:
    for decorator in decorators:
        for entity in roots.resolver.resolve(decorator.target, path):
            if isinstance(entity, ExternalValue) and roots.is_of_others(entity.name):
                return entity.name
            if isinstance(entity, Unresolved):
                return decorator.written or decorator.target.name
    return ""
