"""What rules are told of the types of expressions."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from wflint.facts.model import Ref
from wflint.program.entities import Entity, Env, External, OwnInstance
from wflint.program.hashes import Hashes
from wflint.program.resolve import Resolver
from wflint.program.store import Cls
from wflint.program.views import TypeView

_DEEP = 4
"""How many levels of type parameters are told."""


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
    entities: Iterable[Entity], resolver: Resolver, depth: int = _DEEP
) -> tuple[TypeView, ...]:
    """The types that instances may have; none when one of them is not known."""
    hashes = _hashes(resolver)
    found: list[TypeView] = []
    for entity in entities:
        if isinstance(entity, External) and entity.instance:
            name, own = entity.name, None
        elif isinstance(entity, OwnInstance):
            module = resolver.store.load(entity.cls.path).facts.name
            name, own = f"{module}.{entity.cls.qualname}", entity.cls
        else:
            return ()
        inner = entity.args if depth > 0 else ()
        args = tuple(type_views(arg, resolver, depth - 1) for arg in inner)
        found.append(TypeView(name, args, own, hashes.of(entity).value))
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=1)
def _hashes(resolver: Resolver) -> Hashes:
    return Hashes(resolver)
