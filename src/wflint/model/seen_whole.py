"""Tells classes of which all methods are known from those that may have more."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from wflint.facts.ids import Cls
from wflint.facts.model import ClassFacts, Decorator, Kind
from wflint.inference.resolver import Resolver
from wflint.inference.values import ClassValue, ExternalValue
from wflint.rule.decorated_view import DecoratorView

Views = Callable[[Iterable[Decorator], str], tuple[DecoratorView, ...]]

_ABSTRACT = frozenset({"abc.ABC", "typing.Protocol", "typing_extensions.Protocol"})
_PLAIN = frozenset({Kind.INSTANCE, Kind.LITERAL})
"""What attributes may hold that are surely no methods."""


def is_seen_whole(cls: Cls, resolver: Resolver, views: Views) -> bool:
    """True if all methods are known that a class has when its own decorators are called."""
    order, externals = resolver.order(cls)
    if externals:
        return False
    for base in order:
        facts = resolver.facts_of(base)
        if facts is None or facts.metaclass.kind is not Kind.UNKNOWN:
            return False
        if "__init_subclass__" in facts.methods and base != cls:
            return False
        if any(ref.kind not in _PLAIN for ref in facts.attributes.values()):
            return False
        if not (_has_known_bases(facts, base, resolver) and _has_plain_methods(facts, base, views)):
            return False
    return True


def is_made_plainly(cls: Cls, resolver: Resolver) -> bool:
    """True if no code but ``__init__`` runs when a class, or an object of it, is made."""
    order, externals = resolver.order(cls)
    if externals:
        return False
    for base in order:
        facts = resolver.facts_of(base)
        if facts is None or facts.metaclass.kind is not Kind.UNKNOWN:
            return False
        if not facts.methods.keys().isdisjoint({"__init_subclass__", "__new__"}):
            return False
        if not _has_known_bases(facts, base, resolver):
            return False
    return True


def _has_known_bases(facts: ClassFacts, cls: Cls, resolver: Resolver) -> bool:
    """True if each base is one class, and no other where the module takes another branch."""
    found = [resolver.resolve(ref, cls.path) for ref in facts.bases]
    return all(len(one) == 1 and isinstance(one[0], (ClassValue, ExternalValue)) for one in found)


def _has_plain_methods(facts: ClassFacts, cls: Cls, views: Views) -> bool:
    """True if no method has a decorator that may make something else of it."""
    return all(
        decorator.name.startswith(("temporalio.", "abc.", "builtins.", "functools.", "typing."))
        for head in facts.methods.values()
        for decorator in views(head.decorators, cls.path)
    )


def is_abstract(cls: Cls, resolver: Resolver, views: Views) -> bool:
    """True if a class says itself that others are to derive from it."""
    facts = resolver.facts_of(cls)
    for ref in facts.bases if facts is not None else ():
        found = resolver.resolve(ref, cls.path)
        if any(isinstance(one, ExternalValue) and one.name in _ABSTRACT for one in found):
            return True
    if facts is None or facts.metaclass.kind is not Kind.UNKNOWN:
        return True
    return any(
        decorator.name.startswith("abc.")
        for head in facts.methods.values()
        for decorator in views(head.decorators, cls.path)
    )
