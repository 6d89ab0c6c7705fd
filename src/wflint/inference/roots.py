"""What the root of a reference stands for: what it is without the attributes taken from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from wflint.facts.ids import Cls, Fn
from wflint.facts.model import SLICE, SQLITE, Kind, Ref
from wflint.inference import builtin_types
from wflint.inference.databases import IN_PROCESS
from wflint.inference.environments import keyword_of
from wflint.inference.library_types import is_opaque
from wflint.inference.values import (
    NOT_KNOWN,
    AbstractValue,
    ClassValue,
    Env,
    ExternalValue,
    FunctionValue,
    GivenParam,
    InstanceValue,
    SuperOf,
    TypeArgument,
    Unresolved,
    as_class,
    held,
    is_callable_type,
    joined,
    of_object,
    unique,
)

if TYPE_CHECKING:
    from wflint.inference.resolver import Resolver

Found = tuple[AbstractValue, ...]


class Place(Struct, frozen=True):
    """The place of a reference, and how far it is followed; see :meth:`Resolver.resolve`."""

    path: str
    receiver: Cls | None
    depth: int
    env: Env


class Roots:
    """Answers what the root of a :class:`Ref` stands for, by its kind."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.store = resolver.store
        self._by_kind: dict[Kind, Callable[[Ref, Place], Found]] = {
            Kind.CLS: self._class,
            Kind.DECLARED: self._declared,
            Kind.EITHER: self._either,
            Kind.GLOBAL: self._global,
            Kind.IMPORT: self._import,
            Kind.LITERAL: self._literal,
            Kind.LOCAL: self._local,
            Kind.OPERATION: self._operation,
            Kind.OR: self._or,
            Kind.PARAM: self._param,
            Kind.SELF: self._self,
            Kind.SUPER: self._super,
        }
        self._by_kind_of: dict[Kind, Callable[[Ref, Found, Place], Found]] = {
            Kind.ELEMENT: self._element,
            Kind.ENTERED: self._entered,
            Kind.INSTANCE: self._instance,
            Kind.ITEM: self._item,
            Kind.KEYWORD: lambda ref, of, at: of,
            Kind.PART: self._part,
            Kind.PARTIAL: self._partial,
            Kind.RESULT: self._result,
            Kind.TYPEVAR: lambda ref, of, at: of,
            Kind.UNAWAITED: self._unawaited,
        }

    def find(self, ref: Ref, at: Place) -> Found:
        """Return the values of the root of ``ref``."""
        find = self._by_kind.get(ref.kind)
        if find is not None:
            return find(ref, at)
        find_of = self._by_kind_of.get(ref.kind)
        if find_of is None or ref.of is None:
            return NOT_KNOWN
        return find_of(ref, self._inner(ref.of, at), at)

    def _inner(self, ref: Ref, at: Place) -> Found:
        return self.resolver.resolve(ref, at.path, at.receiver, at.depth - 1, at.env)

    # Names.

    def _global(self, ref: Ref, at: Place) -> Found:
        for entry in at.env:
            is_same = entry.name == ref.name and entry.owner.path == at.path
            if is_same and type(entry) is TypeArgument:
                return tuple(as_class(e) for e in entry.values)
        return self.resolver.names.name(at.path, ref.name)

    def _import(self, ref: Ref, at: Place) -> Found:
        return self.resolver.names.dotted(ref.name, at.path, at.depth)

    def _local(self, ref: Ref, at: Place) -> Found:
        """A nested class or function; that remembers the parameters of the functions around it."""
        name, path = ref.name, at.path
        if self.store.class_facts(Cls(path, name)) is not None:
            return (ClassValue(Cls(path, name)),)
        around = [
            h
            for h in at.env
            if type(h) is GivenParam
            and h.owner.path == path
            and name.startswith(f"{h.owner.qualname}.")
        ]
        return (FunctionValue(Fn(path, name), at.receiver, env=joined(of_object(at.env), around)),)

    def _self(self, ref: Ref, at: Place) -> Found:
        return (InstanceValue(at.receiver or Cls(at.path, ref.name), env=of_object(at.env)),)

    def _class(self, ref: Ref, at: Place) -> Found:
        return (ClassValue(at.receiver or Cls(at.path, ref.name)),)

    def _super(self, ref: Ref, at: Place) -> Found:
        """``super()``, or ``super(Base, self)``, which starts behind the class it is given."""
        owner = Cls(at.path, ref.name)
        receiver, env = at.receiver or owner, of_object(at.env)
        resolve = self.resolver.resolve
        named = resolve(ref.of, at.path, at.receiver, env=at.env) if ref.of is not None else ()
        given = next((entity.cls for entity in named if isinstance(entity, ClassValue)), owner)
        return (SuperOf(given, receiver, env),)

    def _param(self, ref: Ref, at: Place) -> Found:
        declared = self._inner(ref.of, at) if ref.of is not None else ()
        given = held(at.env, Fn(at.path, ref.owner), ref.name)
        if given is not None:
            return self.resolver.together(declared, given) if given else ()
        return tuple(e for e in declared if not is_callable_type(e)) or (
            Unresolved("it is a parameter without a type"),
        )

    # What is written out.

    def _literal(self, ref: Ref, at: Place) -> Found:
        others = [self._inner(other, at) for other in ref.others]
        if ref.name == SQLITE:
            return (IN_PROCESS,)
        name = f"builtins.{ref.name}"
        if not others:
            return (ExternalValue(name, instance=True),)
        if ref.name == "tuple":
            return (ExternalValue(name, instance=True, args=tuple(others)),)
        inner = unique(e for one in others for e in one)
        args = ((), inner) if ref.name == "dict" else (inner,)
        return (ExternalValue(name, instance=True, args=args),)

    def _declared(self, ref: Ref, at: Place) -> Found:
        if ref.of is None:
            return NOT_KNOWN
        return self.resolver.together(self._inner(ref.of, at), self._inner(ref.others[0], at))

    def _either(self, ref: Ref, at: Place) -> Found:
        return unique(e for other in ref.others for e in self._inner(other, at))

    def _or(self, ref: Ref, at: Place) -> Found:
        """``a or b`` is ``b`` where ``a`` is surely missing, else what is known of ``a``."""
        left = self._inner(ref.others[0], at)
        if left and all(not _is_vague(e) for e in left):
            return left
        right = self._inner(ref.others[1], at)
        if all(_is_none(e) or is_callable_type(e) for e in left):
            return right
        return unique((*left, *right))

    def _operation(self, ref: Ref, at: Place) -> Found:
        sides = [self._inner(other, at) for other in ref.others]
        if ref.name == SLICE:
            return sides[0]
        found: list[AbstractValue] = []
        for left in sides[0]:
            for right in sides[1]:
                given = builtin_types.operation(ref.name, left, right)
                found.append(given if given is not None else NOT_KNOWN[0])
        return unique(found) or NOT_KNOWN

    # What is made of something else, of which ``of`` are the values.

    def _instance(self, ref: Ref, of: Found, at: Place) -> Found:
        return unique(self.resolver.as_instance(e) for e in of)

    def _result(self, ref: Ref, of: Found, at: Place) -> Found:
        given = [(keyword_of(other), self._inner(other, at)) for other in ref.others]
        results = self.resolver.results
        return unique(e for entity in of for e in results.of_call(entity, given, at.depth))

    def _unawaited(self, ref: Ref, of: Found, at: Place) -> Found:
        assert ref.of is not None
        return self.resolver.results.unawaited(ref.of, of, lambda other: self._inner(other, at))

    def _partial(self, ref: Ref, of: Found, at: Place) -> Found:
        memory = self.resolver.memory
        return tuple(memory.partial(e, ref, lambda other: self._inner(other, at)) for e in of)

    def _item(self, ref: Ref, of: Found, at: Place) -> Found:
        if ref.name:
            literals = self.resolver.literals
            return literals.under_key(ref, of, at.path, at.receiver, at.depth, at.env)
        as_instance, item = self.resolver.as_instance, self.resolver.contents.item
        args = [tuple(map(as_instance, self._inner(other, at))) for other in ref.others]
        return unique(e for entity in of for e in item(entity, args, at.depth))

    def _element(self, ref: Ref, of: Found, at: Place) -> Found:
        element = self.resolver.contents.element
        return unique(e for entity in of for e in element(entity, at.depth))

    def _part(self, ref: Ref, of: Found, at: Place) -> Found:
        literals, part = self.resolver.literals, self.resolver.contents.part
        exact = literals.part_of(ref, at.path, at.receiver, at.depth, at.env)
        if exact is not None:
            return exact
        number = int(ref.name, 0) if ref.name.lstrip("-").isdigit() else 0
        return unique(e for entity in of for e in part(entity, number, at.depth))

    def _entered(self, ref: Ref, of: Found, at: Place) -> Found:
        entered = self.resolver.contents.entered
        return unique(e for entity in of for e in entered(entity, at.depth))


def _is_vague(entity: AbstractValue) -> bool:
    """True of what may be missing, or anything."""
    if isinstance(entity, ExternalValue):
        return _is_none(entity) or is_callable_type(entity) or is_opaque(entity)
    return isinstance(entity, Unresolved)


def _is_none(entity: AbstractValue) -> bool:
    return isinstance(entity, ExternalValue) and entity.name in (
        "builtins.None",
        "builtins.NoneType",
    )
