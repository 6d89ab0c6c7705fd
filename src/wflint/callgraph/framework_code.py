"""Functions that a framework runs in the workflow because workflow code has given it them.

Tools, guardrails and hooks of agents, for example. An agent may be made far from the workflow that
runs it, in a module that knows nothing of workflows: what it was given is looked for where it was
made. :mod:`wflint.temporal.frameworks` says what a framework runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from wflint import limits
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import BindingKind, Call, Kind, Ref
from wflint.inference.resolver import Resolver
from wflint.inference.values import (
    AbstractValue,
    Env,
    ExternalValue,
    FunctionValue,
    InstanceValue,
    ModuleValue,
    Unresolved,
)
from wflint.temporal.frameworks import (
    ONLY_CODE,
    Arguments,
    Running,
    is_of_framework,
    methods_below,
    running,
)

_WRITTEN_OUT = (Kind.DECLARED, Kind.EITHER, Kind.LITERAL, Kind.OPERATION, Kind.OR)
"""Refs that are made of others, each of which may be what is run."""

_COPIES = frozenset({"builtins.list", "builtins.sorted", "builtins.tuple"})


class _Place(NamedTuple):
    """A ref where it stands: in a module, in a method called on ``receiver``.

    ``again`` is set for what is given to another call of workflow code, which the search comes by,
    ``in_module`` for what is made when a module or class is loaded.
    """

    ref: Ref
    path: str
    receiver: Cls | None = None
    env: Env = ()
    again: bool = False
    in_module: bool = False


class FrameworkCode:
    """Finds what frameworks run of what they are given."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.store = resolver.store
        self._told: set[tuple[_Place, str]] = set()  # what is outside of the project, once each

    def given(
        self, call: Call, name: str, path: str, receiver: Cls | None, env: Env
    ) -> Iterator[FunctionValue | ExternalValue]:
        """Return the functions that a call of something outside the project runs in the workflow.

        Those outside of the project are among them, and what cannot be followed is left out.
        """
        what = running(name)
        if what is None:
            return
        chosen = _chosen(what.arguments, _arguments(call))
        places = [_Place(ref, path, receiver, env) for ref in chosen]
        if what.of_object:
            made = replace(call.target, path=call.target.path[:-1])
            places.append(_Place(made, path, receiver, env, again=True))
        yield from dict.fromkeys(self._all(places, what))

    def _all(
        self, places: Iterable[_Place], what: Running
    ) -> Iterator[FunctionValue | ExternalValue]:
        pending = list(places)[::-1]
        seen: set[_Place] = set()
        while pending and len(seen) < limits.GIVEN_CODE:
            place = pending.pop()
            if place in seen:
                continue
            seen.add(place)
            yield from self._here(place, what)
            pending.extend([*self._within(place)][::-1])

    def is_unknown(self, call: Call, name: str, path: str, receiver: Cls | None, env: Env) -> bool:
        """True if a call is given tools or the like of which nothing at all is known."""
        if running(name) is None:
            return False
        refs = [ref for ref in _chosen(ONLY_CODE, _arguments(call)) if ref.kind is not Kind.LITERAL]
        places = (_Place(ref, path, receiver, env) for ref in refs)
        return any(_is_unknown(entity) for place in places for entity in self._resolved(place))

    # What a ref itself is.

    def _here(self, place: _Place, what: Running) -> Iterator[FunctionValue | ExternalValue]:
        if place.ref.kind is Kind.KEYWORD:
            return
        for entity in self._flat(self._resolved(place)):
            if isinstance(entity, FunctionValue):
                yield entity
            elif isinstance(entity, ExternalValue) and not entity.instance and not place.again:
                if (place, entity.name) not in self._told:
                    self._told.add((place, entity.name))
                    yield entity
            elif isinstance(entity, InstanceValue):
                yield from self._methods(entity)
        if what.decorators and place.ref.kind is Kind.GLOBAL and not place.ref.path:
            yield from self._decorated(place, what.decorators)

    def _resolved(self, place: _Place) -> tuple[AbstractValue, ...]:
        return self.resolver.resolve(place.ref, place.path, place.receiver, env=place.env)

    def _flat(self, entities: Iterable[AbstractValue]) -> Iterator[AbstractValue]:
        """Entities, and those in containers among them."""
        pending = list(entities)[::-1]
        for _ in range(limits.GIVEN_CODE):
            if not pending:
                return
            entity = pending.pop()
            if isinstance(entity, ExternalValue) and entity.name.startswith("builtins."):
                pending.extend(inner for arg in entity.args[::-1] for inner in arg[::-1])
            yield entity

    def _methods(self, entity: InstanceValue) -> Iterator[FunctionValue]:
        """The methods of an object that a framework calls: a hook, or a tool that is a class."""
        bases = self.resolver.order(entity.cls)[1]
        for name in sorted(frozenset[str]().union(*map(methods_below, bases))):
            if self.resolver.members.method(entity.cls, name) is not None:
                found = self.resolver.attribute(entity, name)
                yield from (e for e in found if isinstance(e, FunctionValue))

    def _decorated(self, place: _Place, names: frozenset[str]) -> Iterator[FunctionValue]:
        """Functions below ``@agent.instructions``."""
        for head in self.store.load(place.path).facts.functions.values():
            for decorator in head.decorators:
                of = decorator.target
                is_of_it = of.kind is Kind.GLOBAL and of.name == place.ref.name
                if is_of_it and not names.isdisjoint(of.path[:1]):
                    yield FunctionValue(Fn(place.path, head.qualname))

    # What it is made of, or was made with.

    def _within(self, place: _Place) -> Iterator[_Place]:
        ref = place.ref
        if ref.kind is Kind.KEYWORD and ref.of is not None:
            yield place._replace(ref=ref.of)
        elif ref.kind in _WRITTEN_OUT and not ref.path:
            yield from (place._replace(ref=other) for other in ref.others)
        elif ref.kind in (Kind.RESULT, Kind.UNAWAITED) and ref.of is not None:
            yield from self._called(place, ref.of)
        elif ref.kind is Kind.GLOBAL:
            yield from self._bound(ref, place.path)
        elif ref.kind is Kind.IMPORT:
            yield from self._imported(".".join((ref.name, *ref.path)), place.path)
        elif ref.kind is Kind.SELF and len(ref.path) == 1:
            yield from self._of_class(place.receiver or Cls(place.path, ref.name), ref.path[0])

    def _called(self, place: _Place, of: Ref) -> Iterator[_Place]:
        """What a call was given whose result this is."""
        place = place._replace(again=not place.in_module)
        for entity in self._resolved(place._replace(ref=of)):
            if isinstance(entity, ExternalValue):
                if entity.name in _COPIES:
                    yield from (place._replace(ref=other) for other in place.ref.others)
                what = running(entity.name)
                if what is not None:
                    chosen = _chosen(what.arguments, place.ref.others)
                    yield from (place._replace(ref=ref) for ref in chosen)
                if what is not None and what.of_object:
                    yield place._replace(ref=replace(of, path=of.path[:-1]))
            elif isinstance(entity, FunctionValue):
                yield from self._made_in(entity)

    def _made_in(self, function: FunctionValue) -> Iterator[_Place]:
        """What a function of the project gives to the frameworks' calls in it, in what it makes."""
        path = function.fn.path
        for body in self.store.with_nested(function.fn):
            for call in body.calls:
                for entity in self.resolver.resolve(call.target, path, function.receiver):
                    what = running(entity.name) if isinstance(entity, ExternalValue) else None
                    chosen = _chosen(what.arguments, _arguments(call)) if what is not None else ()
                    for ref in chosen:
                        yield _Place(ref, path, function.receiver, function.env, again=True)

    def _bound(self, ref: Ref, path: str) -> Iterator[_Place]:
        """The values that a name of a module is bound to."""
        facts = self.store.load(path).facts
        for binding in facts.bindings.get(ref.name, ()):
            if binding.what is BindingKind.IMPORT:
                yield from self._imported(".".join((binding.target, *ref.path)), path)
            elif binding.value is not None and not ref.path:
                yield _Place(binding.value.ref, path, in_module=True)
        if ref.path and ref.name in facts.classes:
            yield from self._of_class(Cls(path, ref.name), ref.path[0])

    def _imported(self, name: str, importer: str) -> Iterator[_Place]:
        module, _, last = name.rpartition(".")
        for found in self.resolver.dotted(module, importer) if module else ():
            if isinstance(found, ModuleValue):
                yield _Place(Ref(Kind.GLOBAL, last), found.path, in_module=True)

    def _of_class(self, cls: Cls, attribute: str) -> Iterator[_Place]:
        for base in self.resolver.order(cls)[0]:
            facts = self.resolver.facts_of(base)
            if facts is not None and attribute in facts.attributes:
                yield _Place(facts.attributes[attribute], base.path, in_module=True)
                return


def _is_unknown(entity: AbstractValue) -> bool:
    if isinstance(entity, ExternalValue):
        return not entity.name.startswith("builtins.") and not is_of_framework(entity.name)
    return isinstance(entity, Unresolved)


def _arguments(call: Call) -> Iterator[Ref]:
    """Return the arguments of a call as those of a ref that stands for what it gives."""
    for arg in call.args:
        if not arg.star:
            ref = arg.value.ref
            yield Ref(Kind.KEYWORD, arg.keyword, of=ref) if arg.keyword else ref


def _chosen(arguments: Arguments, refs: Iterable[Ref]) -> Iterator[Ref]:
    """Return those of the arguments of a call that are chosen by place or keyword."""
    place = 0
    for ref in refs:
        if ref.kind is Kind.KEYWORD:
            if ref.name in arguments and ref.of is not None:
                yield ref.of
            continue
        if place in arguments:
            yield ref
        place += 1
