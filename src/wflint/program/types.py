"""What rules are told of the types of expressions."""

from __future__ import annotations

from collections.abc import Iterable

from wflint.program.entities import Entity, External, OwnInstance
from wflint.program.resolve import Resolver
from wflint.program.views import TypeView

_DEEP = 4
"""How many levels of type parameters are told."""


def type_views(
    entities: Iterable[Entity], resolver: Resolver, depth: int = _DEEP
) -> tuple[TypeView, ...]:
    """The types that instances may have; none when one of them is not known."""
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
        found.append(TypeView(name, args, own))
    return tuple(dict.fromkeys(found))
