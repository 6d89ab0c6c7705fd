"""Joins what is declared of a value with what is given for it.

A declaration stays: a value that nobody knows is still an instance of it, and only a value that is
known exactly says more. What an unknown function gives is a value that nobody knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from wflint import limits
from wflint.inference.library_types import is_class_name, is_known_library, is_opaque
from wflint.inference.values import (
    AbstractValue,
    ClassValue,
    ExternalValue,
    InstanceValue,
    Types,
    Unresolved,
    is_callable_type,
    unique,
)

if TYPE_CHECKING:
    from wflint.inference.resolver import Resolver

_CONTAINERS = ("builtins.", "collections.", "types.MappingProxyType")
_PARAMETERS = {
    "builtins.dict": 2,
    "builtins.frozenset": 1,
    "builtins.list": 1,
    "builtins.set": 1,
    "collections.deque": 1,
}
"""Containers that may be made empty, with the number of their type parameters."""


def together(
    declared: tuple[AbstractValue, ...],
    given: tuple[AbstractValue, ...],
    resolver: Resolver,
    depth: int = limits.COMPARED_ELEMENTS,
) -> tuple[AbstractValue, ...]:
    """Return what a value may be that is declared, and for which ``given`` is what is known."""
    if not any(isinstance(e, (ExternalValue, Unresolved)) for e in given) and given:
        return given
    some = tuple(e for e in declared if not _says_nothing(e))
    if not some:
        return given or declared
    known = tuple(_with_elements(e, some, resolver, depth) for e in given)
    if known and all(_is_exact(e, some, resolver) for e in known):
        return known
    if all(_is_container(e) or _is_closed(e, resolver) for e in some):
        known = tuple(e for e in known if not (isinstance(e, ExternalValue) and is_opaque(e)))
    return unique((*some, *(e for e in known if not _says_less(e, some))))


def _is_closed(entity: AbstractValue, resolver: Resolver) -> bool:
    """True of a class of the project, or its instance, that nobody else's can stand in for."""
    return isinstance(entity, (ClassValue, InstanceValue)) and not resolver.results.is_open(
        entity.cls
    )


def _is_container(entity: AbstractValue) -> bool:
    return (
        isinstance(entity, ExternalValue)
        and entity.instance
        and entity.name.startswith(_CONTAINERS)
    )


def _says_nothing(entity: AbstractValue) -> bool:
    return isinstance(entity, Unresolved) or is_callable_type(entity) or _is_type_variable(entity)


def _is_type_variable(entity: AbstractValue) -> bool:
    return isinstance(entity, ExternalValue) and entity.name in (
        "typing.TypeVar",
        "typing_extensions.TypeVar",
    )


def _is_exact(
    entity: AbstractValue, declared: tuple[AbstractValue, ...], resolver: Resolver
) -> bool:
    """True if a value is known so well that its declaration says nothing more."""
    if _says_less(entity, declared):
        return False
    if not isinstance(entity, ExternalValue):
        return True
    if is_opaque(entity):
        return False
    if all(isinstance(e, InstanceValue) for e in declared):
        return not any(_is_closed(e, resolver) for e in declared)
    return (
        is_known_library(entity.name)
        or any(isinstance(e, ExternalValue) and e.name == entity.name for e in declared)
        or not any(isinstance(e, ExternalValue) and is_class_name(e.name) for e in declared)
    )


def _says_less(entity: AbstractValue, declared: tuple[AbstractValue, ...]) -> bool:
    """True of nothing known, ``Any``, and the plain dictionary that is given for an object."""
    if isinstance(entity, Unresolved) or is_callable_type(entity):
        return True
    is_dict = isinstance(entity, ExternalValue) and entity.name == "builtins.dict"
    return is_dict and any(isinstance(e, InstanceValue) for e in declared)


def _with_elements(
    entity: AbstractValue, declared: tuple[AbstractValue, ...], resolver: Resolver, depth: int
) -> AbstractValue:
    """A container, with what is declared of its elements."""
    if not isinstance(entity, ExternalValue) or not _is_container(entity) or depth <= 0:
        return entity
    args = [e.args for e in declared if isinstance(e, ExternalValue) and e.instance and e.args]
    if len(args) != 1:
        return entity
    if not entity.args and len(args[0]) == _PARAMETERS.get(entity.name):
        return replace(entity, args=args[0])
    said = _fitting(entity, args[0])
    if len(said) != len(entity.args):
        return entity
    merged = tuple(
        together(of, own, resolver, depth - 1) if of else own
        for of, own in zip(said, entity.args, strict=True)
    )
    return replace(entity, args=merged)


def _fitting(entity: ExternalValue, declared: Types) -> Types:
    """The declared types of elements, as many as a container has."""
    if entity.name != "builtins.tuple":
        return declared
    is_uniform = len(declared) == 1 or (len(declared) == 2 and not declared[1])
    return (declared[0],) * len(entity.args) if is_uniform else declared
