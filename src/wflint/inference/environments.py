"""Environments: what functions and objects remember of the calls that they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from wflint import limits
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import NOTHING, Call, FunctionHead, Kind, Param, Ref
from wflint.facts.signatures import SPREAD, Signature
from wflint.inference.arguments import Given, received
from wflint.inference.values import (
    AbstractValue,
    ClassValue,
    Env,
    ExternalValue,
    FunctionValue,
    GivenField,
    GivenParam,
    InstanceValue,
    Unresolved,
    depth_of,
    is_worth_holding,
    joined,
)

if TYPE_CHECKING:
    from wflint.inference.resolver import Resolver


class Environments:
    """Answers what a call gives its function to remember."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.store = resolver.store
        self._wanted: dict[Fn, frozenset[str]] = {}

    def wanted(self, fn: Fn) -> frozenset[str]:
        """The parameters of a function on which it may depend what it calls."""
        known = self._wanted.get(fn)
        if known is None:
            from wflint.inference.parameters import asked_parameters

            known = self._wanted[fn] = asked_parameters(self.store, fn)
        return known

    def held_by(
        self, fn: Fn, pairs: list[tuple[Param, tuple[AbstractValue, ...]]]
    ) -> list[GivenParam]:
        """Return what a call gives to the parameters of a function, as far as it matters."""
        if not pairs:
            return []
        wanted = self.wanted(fn)
        return [
            GivenParam(fn, param.name, tuple(map(_shallow, values)))
            for param, values in pairs
            if param.name in wanted and _is_worth_holding(values)
        ]

    def passed(self, called: FunctionValue, head: FunctionHead, given: Given) -> list[GivenParam]:
        """Return what a call gives to the parameters of a function, or their defaults."""
        fn = called.fn
        pairs = received(head, given, bound=called.bound)
        found = self.held_by(fn, pairs)
        if called.partial or any(keyword in SPREAD for keyword, _ in given):
            return found
        there = {param.name for param, _ in pairs}
        absent = [p for p in head.params if p.default.kind is not Kind.UNKNOWN]
        pairs = [
            (p, self._default(p, fn))
            for p in absent
            if p.name not in there and p.name in self.wanted(fn)
        ]
        return [*found, *self.held_by(fn, pairs)]

    def _default(self, param: Param, fn: Fn) -> tuple[AbstractValue, ...]:
        if param.default == NOTHING:
            return ()
        return self.resolver.resolve(param.default, fn.path)

    def constructor_env(self, cls: Cls, given: Given) -> Env:
        """Return what an object remembers of what its constructor was given."""
        found = self.resolver.members.method(cls, "__init__")
        if found is not None:
            base, head = found
            init = Fn(base.path, head.qualname)
            return self._with_bases(
                cls, init, joined(self.passed(FunctionValue(init, bound=True), head, given))
            )
        if not given:
            return ()
        arguments = Signature(map(Param, self.fields(cls))).bind(given)
        return joined(
            GivenField(cls, name, tuple(map(_shallow, values)))
            for name, values in arguments.by_name.items()
            if _is_worth_holding(values)
        )

    def _with_bases(self, cls: Cls, init: Fn, env: Env) -> Env:
        """Add what ``super().__init__(...)`` passes on to the constructors of the bases."""
        for _ in range(limits.CONSTRUCTORS_OF_BASES):
            call = next((c for c in self.store.body(init).calls if _is_super_init(c)), None)
            if call is None:
                break
            targets = self.resolver.resolve(call.target, init.path, cls, env=env)
            base = next((t for t in targets if isinstance(t, FunctionValue)), None)
            head = self.store.head(base.fn) if base is not None else None
            if base is None or head is None or any(a.star for a in call.args):
                break
            given = [
                (a.keyword, self.resolver.resolve(a.value.ref, init.path, cls, env=env))
                for a in call.args
            ]
            env = joined(env, self.passed(replace(base, bound=True), head, given))
            init = base.fn
        return env

    def fields(self, cls: Cls) -> list[str]:
        names: dict[str, None] = {}
        for base in reversed(self.resolver.order(cls)[0]):
            facts = self.resolver.facts_of(base)
            names.update(dict.fromkeys(facts.fields if facts is not None else ()))
        return list(names)

    def partial(self, entity: AbstractValue, ref: Ref, inner: object) -> AbstractValue:
        assert callable(inner)
        if isinstance(entity, ExternalValue):
            return replace(entity, partial=True)
        if not isinstance(entity, FunctionValue):
            return entity
        head = self.store.head(entity.fn)
        given = [(keyword_of(o), inner(o)) for o in ref.others]
        pairs = received(head, given, bound=entity.bound) if head is not None else []
        env = joined(entity.env, self.held_by(entity.fn, pairs))
        return replace(entity, partial=True, env=env)


def _is_super_init(call: Call) -> bool:
    return call.target.kind is Kind.SUPER and call.target.path == ("__init__",)


def _is_worth_holding(values: tuple[AbstractValue, ...]) -> bool:
    if any(isinstance(e, Unresolved) for e in values):
        return False
    if len(values) > limits.MADE_VALUES and sum(map(_is_made, values)) > limits.MADE_VALUES:
        return False
    return not values or any(is_worth_holding(e) for e in values)


def _is_made(entity: AbstractValue) -> bool:
    """True of what there may be endlessly many of: not a function or a class as it is written."""
    own = isinstance(entity, (ClassValue, FunctionValue, InstanceValue))
    return not own or bool(getattr(entity, "env", ()) or getattr(entity, "args", ()))


def _shallow(entity: AbstractValue) -> AbstractValue:
    """An entity without what is nested too deeply in it: so there are only so many of them."""
    if not isinstance(entity, (FunctionValue, InstanceValue)):
        return entity
    return entity if depth_of(entity) < limits.NESTED_MEMORIES else replace(entity, env=())


def keyword_of(ref: Ref) -> str:
    """The keyword by which an argument is given, or ``""``."""
    return ref.name if ref.kind is Kind.KEYWORD else ""
