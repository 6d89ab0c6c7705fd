"""What objects and classes give when they are indexed, looped over, taken apart or entered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from wflint import limits
from wflint.inference import builtin_types
from wflint.inference.values import (
    NOT_KNOWN,
    AbstractValue,
    ClassValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
    Types,
    Unresolved,
    unique,
)

if TYPE_CHECKING:
    from wflint.inference.resolver import Resolver


class Contents:
    """Answers what is in an entity, or comes out of it."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def item(
        self, entity: AbstractValue, args: list[tuple[AbstractValue, ...]], depth: int
    ) -> tuple[AbstractValue, ...]:
        """``Class[...]`` with its parameters, or what is found under a key."""
        if isinstance(entity, ClassValue):
            return (ClassValue(entity.cls, _known(args)),)
        if isinstance(entity, InstanceValue):
            return self.method_result(entity, ("__getitem__",), depth)
        results = self.resolver.results
        entity = results.held(entity) if isinstance(entity, ExternalValue) else entity
        if isinstance(entity, ExternalValue) and not entity.instance:
            last = entity.name.rpartition(".")[2]
            is_builtin_class = entity.name.startswith("builtins.") and bool(args)
            is_builtin_class = is_builtin_class or entity.name in builtin_types.GENERICS
            is_builtin_class = is_builtin_class or results.makes(entity.name)
            if is_builtin_class or (last[:1].isupper() and not last.isupper()):
                return (replace(entity, args=_known(args)),)
            return NOT_KNOWN
        if isinstance(entity, ExternalValue):
            given = results.gives.get(f"{entity.name}.__getitem__")
            if given is not None:
                return (builtin_types.made(given),)
        return builtin_types.items(entity)

    def element(
        self, entity: AbstractValue, depth: int = limits.DEPTH
    ) -> tuple[AbstractValue, ...]:
        """Return what a loop over an entity gives."""
        if isinstance(entity, ClassValue):  # an enumeration
            return (InstanceValue(entity.cls),)
        if not isinstance(entity, InstanceValue):
            return builtin_types.elements(entity)
        found = self.method_result(entity, ("__iter__", "__aiter__"), depth)
        result: list[AbstractValue] = []
        for one in found:
            if isinstance(one, InstanceValue):
                result += self.method_result(one, ("__next__", "__anext__"), depth)
            else:
                result += builtin_types.elements(one)
        return unique(result) or NOT_KNOWN

    def part(self, entity: AbstractValue, number: int, depth: int) -> tuple[AbstractValue, ...]:
        """Return the part of a number of what is taken apart: ``a, b = entity``."""
        if not isinstance(entity, InstanceValue):
            return builtin_types.part(entity, number)
        fields = self.resolver.memory.fields(entity.cls)
        has_items = self.resolver.members.method(entity.cls, "__getitem__") is not None
        if not has_items and -len(fields) <= number < len(fields):
            return self.resolver.attribute(entity, fields[number], depth - 1)
        return self.method_result(entity, ("__getitem__",), depth)

    def entered(self, entity: AbstractValue, depth: int) -> tuple[AbstractValue, ...]:
        """Return what ``with entity as x`` binds."""
        if isinstance(entity, InstanceValue):
            return self.method_result(entity, ("__enter__", "__aenter__"), depth)
        if isinstance(entity, ExternalValue) and entity.name.startswith("collections.abc."):
            return builtin_types.first(entity.args)  # a generator under `contextmanager`
        if (
            isinstance(entity, ExternalValue)
            and entity.name.startswith("contextlib.")
            and entity.args
        ):
            return builtin_types.first(entity.args)
        return (entity,) if isinstance(entity, ExternalValue) else NOT_KNOWN

    def method_result(
        self, of: InstanceValue, names: tuple[str, ...], depth: int
    ) -> tuple[AbstractValue, ...]:
        """Return what the first method of some names gives that an object has."""
        for name in names:
            if self.resolver.members.method(of.cls, name) is None:
                continue
            found = self.resolver.attribute(of, name, depth - 1)
            return unique(
                e
                for f in found
                if isinstance(f, FunctionValue)
                for e in self.resolver.results.returned(f, depth - 1)
            )
        return NOT_KNOWN


def _known(args: list[tuple[AbstractValue, ...]]) -> Types:
    return tuple(() if any(isinstance(e, Unresolved) for e in arg) else arg for arg in args)
