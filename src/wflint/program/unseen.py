"""Classes that look like workflows and are not known to be any: what is in them is not checked."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from wflint.program.entities import External, Unresolved
from wflint.program.roots import Roots
from wflint.program.sdk_decorators import RUN
from wflint.program.store import Cls


class Unseen(Struct, frozen=True):
    """A class with handlers that nothing is seen to make a workflow.

    ``handler`` is the name of the first of them, ``decorator`` a decorator of the class that is not
    understood.
    """

    cls: Cls
    handler: str
    decorator: str = ""


def unseen_classes(roots: Roots, paths: Iterable[str], workflows: Iterable[Cls]) -> list[Unseen]:
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


def _own_handlers(roots: Roots, cls: Cls) -> list[str]:
    facts = roots.resolver.facts_of(cls)
    heads = facts.methods.values() if facts is not None else ()
    names = [(roots.handler_names(head, cls.path), head.name) for head in heads]
    marked = [(RUN not in handlers, name) for handlers, name in names if handlers]
    return [name for _, name in sorted(marked, key=lambda one: one[0])]


def _unknown_decorator(roots: Roots, cls: Cls) -> str:
    facts = roots.resolver.facts_of(cls)
    for decorator in facts.decorators if facts is not None else ():
        for entity in roots.resolver.resolve(decorator.target, cls.path):
            if isinstance(entity, External) and roots.is_of_others(entity.name):
                return entity.name
            if isinstance(entity, Unresolved):
                return decorator.written or decorator.target.name
    return ""
