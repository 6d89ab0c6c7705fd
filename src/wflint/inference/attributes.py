"""The attributes of classes and objects: methods, fields, what methods set."""

from __future__ import annotations

from typing import Protocol

from wflint import limits
from wflint.facts.ids import PROPERTIES, Cls, Fn
from wflint.facts.model import ClassFacts, FunctionHead, Kind, Ref
from wflint.facts.types import says_little
from wflint.inference.library_types import COPIED, MODELS, result_of
from wflint.inference.mro import ClassOrders
from wflint.inference.set_attributes import NO_VALUE, SetAttributes
from wflint.inference.type_arguments import TypeArguments
from wflint.inference.values import (
    AbstractValue,
    ClassValue,
    Env,
    ExternalValue,
    FunctionValue,
    InstanceValue,
    SuperOf,
    Unresolved,
    given_field,
    joined,
    unique,
)
from wflint.project.store import Store

_MAKERS = frozenset({"model_validate", "model_validate_json", "model_validate_strings"})
_MAKERS_OF_MODELS = frozenset({"parse_file", "parse_obj", "parse_raw"})
"""Class methods that make an object of the class they are called on, besides `from_...`."""

_COPIERS = frozenset({"_make", "_replace", "model_construct", "model_copy"})
_COPIERS_OF_MODELS = frozenset({"construct", "copy"})
"""Methods that give an object of the class they are called on, and run no constructor."""

HARMLESS_BASES = frozenset(
    {
        "abc.ABC",
        "builtins.object",
        "typing.Generic",
        "typing.Protocol",
        "typing_extensions.Protocol",
    }
)


ENUMS = frozenset(f"enum.{name}" for name in ("Enum", "Flag", "IntEnum", "IntFlag", "StrEnum"))


class Resolves(Protocol):
    """The part of the resolver that members need."""

    def resolve(
        self, ref: Ref, path: str, receiver: Cls | None, depth: int, env: Env
    ) -> tuple[AbstractValue, ...]:
        """Return the values that a ref may stand for."""

    def returned(self, function: FunctionValue, depth: int) -> tuple[AbstractValue, ...]:
        """Return the values that calling a function of the project gives."""

    def resolve_afresh(self, ref: Ref, path: str, depth: int) -> tuple[AbstractValue, ...]:
        """Return the values that a ref may stand for, where the answer is kept."""

    def as_instance(self, entity: AbstractValue) -> AbstractValue:
        """An instance of what an entity names."""

    def together(
        self, declared: tuple[AbstractValue, ...], given: tuple[AbstractValue, ...]
    ) -> tuple[AbstractValue, ...]:
        """Return the values of something declared for which something is given."""


class Members:
    """Looks up attributes along the classes of an object."""

    def __init__(self, store: Store, resolver: Resolves) -> None:
        self.store = store
        self.resolver = resolver
        self._orders = ClassOrders(self.bases)
        self.learned: dict[tuple[Cls, str], tuple[AbstractValue, ...]] = {}
        self.unknown: set[tuple[Cls, str]] = set()  # attributes that were asked for in vain
        self._set = SetAttributes(store)
        self._type_arguments = TypeArguments(store, resolver)

    def forget(self) -> None:
        """Drop what methods put into attributes."""
        self._set.forget()

    def facts_of(self, cls: Cls) -> ClassFacts | None:
        """The facts of a class."""
        return self.store.class_facts(cls)

    def order(self, cls: Cls) -> tuple[tuple[Cls, ...], tuple[str, ...]]:
        """The project's classes in the method resolution order of a class, and external bases."""
        return self._orders.order(cls)

    def bases(self, cls: Cls) -> tuple[list[Cls], list[str]]:
        """The direct bases of a class: those of the project, and the names of external ones."""
        facts = self.facts_of(cls)
        own: list[Cls] = []
        externals: list[str] = []
        for ref in facts.bases if facts is not None else ():
            for entity in self.resolver.resolve_afresh(ref, cls.path, limits.BASE_DEPTH)[:1]:
                if isinstance(entity, ClassValue) and entity.cls != cls:
                    own.append(entity.cls)
                elif not (isinstance(entity, ExternalValue) and entity.name in HARMLESS_BASES):
                    externals.append(entity.name if isinstance(entity, ExternalValue) else "?")
        return own, externals

    def attribute(
        self, of: ClassValue | InstanceValue, name: str, depth: int
    ) -> tuple[AbstractValue, ...]:
        """Return the values of an attribute of a class or of an instance."""
        cls, on_instance = of.cls, isinstance(of, InstanceValue)
        env = joined(
            of.env if isinstance(of, InstanceValue) else (), self._type_arguments.of(cls, of.args)
        )
        order, externals = self.order(cls)
        for find in (self._own_of_instance if on_instance else self._own_of_class, self._set_by):
            for base in order:
                found = find(base, cls, name, depth, env)
                if found is not None:
                    return self._with_learned(found, order, name) if on_instance else found
        if on_instance:
            some = self._with_learned((), order, name)
            if some:
                return some
        own = any(name in f.attributes for c in order if (f := self.facts_of(c)) is not None)
        if len(externals) == 1 and not own:
            if not on_instance and _makes_one(externals[0], name):
                return (ClassValue(cls, of.args),)
            if _copies(externals[0], name):
                copied = InstanceValue(cls, of.args, env)
                return (ExternalValue(COPIED, base=len(COPIED), args=((copied,),)),)
            return (
                ExternalValue(f"{externals[0]}.{name}", instance=False, base=len(externals[0])),
            )
        return (Unresolved(f"`{name}` is not a method or typed attribute of `{cls.qualname}`"),)

    def _with_learned(
        self, found: tuple[AbstractValue, ...], order: tuple[Cls, ...], name: str
    ) -> tuple[AbstractValue, ...]:
        """Add to what is known of an attribute what the search has seen put into it."""
        if found and not all(_is_vague(e) for e in found):
            return found
        some = unique(e for base in order for e in self.learned.get((base, name), ()))
        self.unknown.update((base, name) for base in order)
        containers = [e for e in found if isinstance(e, ExternalValue) and e.name in _CONTAINERS]
        if some and containers:
            name = containers[0].name
            types = ((), some) if name == "builtins.dict" else (some,)
            return (ExternalValue(name, instance=True, base=len(name), args=types),)
        return some or found

    def after(self, of: SuperOf, name: str, depth: int) -> tuple[AbstractValue, ...]:
        """Return the values of an attribute of ``super()``."""
        order, externals = self.order(of.receiver)
        rest = order[order.index(of.owner) + 1 :] if of.owner in order else ()
        for base in rest:
            found = self._own(base, of.receiver, name, depth, True, of.env)
            if found is not None:
                return found
        if len(externals) == 1:
            return (ExternalValue(f"{externals[0]}.{name}", base=len(externals[0])),)
        return (Unresolved(f"`super().{name}` has no definition in the project"),)

    def method(self, cls: Cls, name: str) -> tuple[Cls, FunctionHead] | None:
        """The method of a name that instances of a class have, and the class that defines it."""
        for base in self.order(cls)[0]:
            facts = self.facts_of(base)
            if facts is not None and name in facts.methods:
                return base, facts.methods[name]
            if facts is not None and name in facts.attributes:
                return None
        return None

    def _own_of_instance(
        self, base: Cls, receiver: Cls, name: str, depth: int, env: Env
    ) -> tuple[AbstractValue, ...] | None:
        return self._own(base, receiver, name, depth, True, env)

    def _own_of_class(
        self, base: Cls, receiver: Cls, name: str, depth: int, env: Env
    ) -> tuple[AbstractValue, ...] | None:
        return self._own(base, receiver, name, depth, False, env)

    def _own(
        self, base: Cls, receiver: Cls, name: str, depth: int, on_instance: bool, env: Env
    ) -> tuple[AbstractValue, ...] | None:
        facts = self.facts_of(base)
        if facts is None:
            return None
        if name in facts.methods:
            methods = _alternatives(facts.methods, name)
            found = (self._method(m, base, receiver, depth, on_instance, env) for m in methods)
            return unique(e for entities in found for e in entities)
        nested = Cls(base.path, f"{base.qualname}.{name}")
        if self.facts_of(nested) is not None:
            return (ClassValue(nested),)
        if name not in facts.attributes:
            return None
        if not name.startswith("_") and ENUMS.intersection(self.order(receiver)[1]):
            return (InstanceValue(receiver),)  # a member
        ref = facts.attributes[name]
        given = self._given(base, receiver, name, env) if on_instance else None
        if given is not None:
            declared = self.resolver.resolve(ref, base.path, receiver, depth - 1, env)
            return self.resolver.together(declared, given)
        if on_instance and (ref.kind is Kind.UNKNOWN or ref == NO_VALUE):
            return None  # `clock = None` says less than what `__init__` sets
        found_here = self.resolver.resolve(ref, base.path, receiver, depth - 1, env)
        added = self._set.additions(base, name) if on_instance else ()
        if added and ref.kind is Kind.LITERAL:
            more = Ref(Kind.LITERAL, ref.name, others=(*ref.others, *added))
            return self.resolver.resolve(more, base.path, receiver, depth - 1, env)
        return found_here

    def _given(
        self, base: Cls, receiver: Cls, name: str, env: Env
    ) -> tuple[AbstractValue, ...] | None:
        """Return what the constructor of a dataclass was given for a field."""
        for cls in (receiver, base):
            values = given_field(env, cls, name)
            if values:
                return values
        return None

    def _method(
        self,
        method: FunctionHead,
        base: Cls,
        receiver: Cls,
        depth: int,
        on_instance: bool,
        env: Env,
    ) -> tuple[AbstractValue, ...]:
        kinds = {_last(d.target) for d in method.decorators}
        function = FunctionValue(Fn(base.path, method.qualname), receiver, env=env)
        if on_instance and kinds & PROPERTIES:
            return self._value_of_property(method, function, depth)
        bound = (on_instance or "classmethod" in kinds) and "staticmethod" not in kinds
        return (FunctionValue(function.fn, receiver, bound, env=env),)

    def _value_of_property(
        self, method: FunctionHead, function: FunctionValue, depth: int
    ) -> tuple[AbstractValue, ...]:
        found = self.resolver.returned(function, depth - 1)
        if says_little(method.returns) and any(isinstance(e, Unresolved) for e in found):
            return (Unresolved("it is a property without a type"),)
        return found

    # What methods set.

    def literal(self, cls: Cls, name: str) -> tuple[Ref, str] | None:
        """The list or dictionary that a method sets an attribute to, and where that is written."""
        for base in self.order(cls)[0]:
            facts = self.facts_of(base)
            if facts is None or name in facts.methods:
                return None
            ref = self._set.value(base, name) or facts.attributes.get(name)
            if ref is not None:
                return (ref, base.path) if ref.kind is Kind.LITERAL and not ref.path else None
        return None

    def _set_by(
        self, base: Cls, receiver: Cls, name: str, depth: int, env: Env
    ) -> tuple[AbstractValue, ...] | None:
        """An attribute that methods set on the object."""
        ref = self._set.value(base, name)
        if ref is None:
            return None
        refs = ref.others if ref.kind is Kind.EITHER and not ref.path else (ref,)
        answers = [self.resolver.resolve(r, base.path, receiver, depth - 1, env) for r in refs]
        known = [a for a in answers if not all(isinstance(e, Unresolved) for e in a)]
        return unique(e for a in (known or answers) for e in a)

    def sets(self, cls: Cls, name: str) -> bool:
        """True if a method of a class may set an attribute."""
        return bool(self._set.setters(cls, name))


_CONTAINERS = frozenset({"builtins.dict", "builtins.list", "builtins.set"})


def _is_vague(entity: AbstractValue) -> bool:
    """True if an attribute is known to be no more than something to call, or a container."""
    if isinstance(entity, ExternalValue) and entity.instance:
        last = entity.name.rpartition(".")[2]
        inner = entity.args[-1] if entity.args else ()
        is_open = entity.name in _CONTAINERS and all(_is_vague(e) for e in inner)
        return last in ("Any", "Callable", "None", "NoneType") or is_open
    return isinstance(entity, Unresolved) or (
        isinstance(entity, ExternalValue) and entity.name == "builtins.None"
    )


def is_abstract(head: FunctionHead) -> bool:
    """True if a method is only there to be overridden."""
    return any(_last(d.target) == "abstractmethod" for d in head.decorators)


def _alternatives(methods: dict[str, FunctionHead], name: str) -> list[FunctionHead]:
    """A method, and those of the same name that other branches define."""
    found, key = [], name
    while key in methods:
        found.append(methods[key])
        key = f"{name}#{len(found) + 1}"
    return found


def _last(ref: Ref) -> str:
    return ref.path[-1] if ref.path else ref.name


def _makes_one(base: str, method: str) -> bool:
    """True if a class method of an external base makes an object of the class it is called on."""
    if method in _MAKERS or (method in _MAKERS_OF_MODELS and base.startswith(MODELS)):
        return True
    return method.startswith("from_") and result_of(f"{base}.{method}", False, {}) == base


def _copies(base: str, method: str) -> bool:
    """True if a method of an external base gives an object of the class it is called on."""
    return method in _COPIERS or (method in _COPIERS_OF_MODELS and base.startswith(MODELS))
