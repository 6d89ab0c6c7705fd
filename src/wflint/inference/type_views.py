"""Types of expressions, as rules are shown them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from wflint import limits
from wflint.facts.ids import Cls
from wflint.facts.model import Ref
from wflint.inference.builtin_types import ALIASES
from wflint.inference.hash_sources import Hashes
from wflint.inference.resolver import Resolver
from wflint.inference.values import AbstractValue, Env, ExternalValue, InstanceValue, Types
from wflint.rule.views import TypeView

_COLLECTIONS = frozenset(f"builtins.{name}" for name in ("dict", "frozenset", "list", "set"))


def types_of(
    ref: Ref, path: str, receiver: Cls | None, env: Env, resolver: Resolver
) -> tuple[TypeView, ...]:
    """The types that a ref may be an instance of; none when one of them is not known.

    What a caller gives says more than a declaration, except where the elements are not known.
    """
    found = type_views(resolver.resolve(ref, path, receiver, env=env), resolver)
    if not env or all(view.args and all(view.args) for view in found):
        return found
    declared = type_views(resolver.resolve(ref, path, receiver), resolver)
    more = {view.name: view for view in declared if view.args and all(view.args)}
    return tuple(dict.fromkeys(more.get(view.name, view) for view in found))


def type_views(
    entities: Iterable[AbstractValue], resolver: Resolver, depth: int = limits.TYPE_PARAMETERS
) -> tuple[TypeView, ...]:
    """The types that instances may have; none when one of them is not known."""
    hashes = _hashes(resolver)
    found: list[TypeView] = []
    for entity in entities:
        own: Cls | None = None
        base, args = "", entity.args if isinstance(entity, (ExternalValue, InstanceValue)) else ()
        if isinstance(entity, ExternalValue) and entity.instance:
            name = entity.name
        elif isinstance(entity, InstanceValue):
            own = entity.cls
            name = f"{resolver.store.load(own.path).facts.name}.{own.qualname}"
            base, args = _collection(own, resolver) or ("", args)
        else:
            return ()
        inner = tuple(type_views(arg, resolver, depth - 1) for arg in args if depth > 0)
        found.append(TypeView(name, inner, own, hashes.of(entity).value, base))
    return tuple(dict.fromkeys(found))


def _collection(cls: Cls, resolver: Resolver) -> tuple[str, Types] | None:
    """The builtin collection that a class derives from, unless it has loops of its own."""
    for base in resolver.order(cls)[0]:
        facts = resolver.facts_of(base)
        if facts is None or "__iter__" in facts.methods:
            return None
        for ref in facts.bases:
            for entity in resolver.resolve(ref, base.path):
                name = entity.name if isinstance(entity, ExternalValue) else ""
                name = ALIASES.get(name, name)
                if isinstance(entity, ExternalValue) and name in _COLLECTIONS:
                    return name, entity.args
    return None


@lru_cache(maxsize=1)
def _hashes(resolver: Resolver) -> Hashes:
    return Hashes(resolver)
