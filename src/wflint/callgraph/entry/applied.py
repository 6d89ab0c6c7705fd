"""Uses of the SDK's decorators other than writing them over a definition.

A decorator of the project applies them to what it is given, ``__init_subclass__`` or a metaclass to
the classes below, and a plain call to a class or a function: ``Flow = workflow.defn(Flow)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from wflint import limits
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Call, FunctionBody, Kind, Ref
from wflint.inference.mro import Inherited
from wflint.inference.resolver import Resolver
from wflint.inference.values import (
    AbstractValue,
    ClassValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
)
from wflint.project.questions import answered
from wflint.temporal.decorators import Meanings


class Given(NamedTuple):
    """The target of decorators in a function: a parameter, or an attribute of it.

    The parameter is ``""`` for the class that a class method was called on.
    """

    param: str
    attribute: str = ""


Applies = dict[Given, frozenset[str]]


class _Definer(NamedTuple):
    """Code that runs when a class is defined, and its parameters that are the class.

    ``hook_of`` is set to the class whose ``__init_subclass__`` it is.
    """

    fn: Fn
    params: tuple[str, ...]
    hook_of: Cls | None = None


class Applied:
    """Tells what functions and classes of the project apply. ``own_names`` are of the settings."""

    def __init__(
        self, resolver: Resolver, meanings: Meanings, own_names: dict[Fn | Cls, set[str]]
    ) -> None:
        self.resolver = resolver
        self.store = resolver.store
        self.meanings = meanings
        self._own_names = own_names
        self._names: dict[Fn, frozenset[str]] = {}
        self._to_params: dict[Fn, Applies] = {}
        self._definers = Inherited(resolver.order, self._own_definers)

    # Decorators.

    def names(self, entities: Iterable[AbstractValue]) -> set[str]:
        """The qualified names that a decorator stands for which may be any of ``entities``.

        For what is defined in the project these are the names of the SDK's decorators in it.
        """
        found: set[str] = set()
        for entity in entities:
            if isinstance(entity, ExternalValue):
                found |= {entity.name, *self.meanings.of(entity.name)}
            elif isinstance(entity, FunctionValue):
                found |= self._names_of_own(entity.fn) or self.by(entity.fn)
            elif isinstance(entity, (ClassValue, InstanceValue)):
                found |= self._names_of_own(entity.cls)
                for fn in self._methods(entity.cls, ("__call__", "__init__", "__new__")):
                    found |= self.by(fn)
        return found

    def _names_of_own(self, of: Fn | Cls) -> set[str]:
        own = self._own_names.get(of, set())
        return own | self.meanings.of_all(own)

    def _methods(self, cls: Cls, names: Iterable[str]) -> Iterator[Fn]:
        for name in names:
            found = self.resolver.members.method(cls, name)
            if found is not None:
                yield Fn(found[0].path, found[1].qualname)

    def by(self, fn: Fn) -> frozenset[str]:
        """The decorators of the SDK that a decorator of the project applies in its turn."""
        return answered(self._names, fn, frozenset(), lambda: self._find(fn))

    def _find(self, decorator: Fn) -> frozenset[str]:
        found: set[str] = set()
        seen = {decorator}
        pending = [(decorator, 0)]
        while pending:
            fn, depth = pending.pop()
            for body in self.store.with_nested(fn):
                for entity in self._mentioned(body, fn.path):
                    if isinstance(entity, ExternalValue):
                        found |= self.meanings.of(entity.name)
                goes_on = depth < limits.DECORATOR_DEPTH
                for other in self._passed_on(body, fn.path) if goes_on else ():
                    found |= self.meanings.of_all(self._own_names.get(other, ()))
                    if other not in seen:
                        seen.add(other)
                        pending.append((other, depth + 1))
        return frozenset(found)

    def _mentioned(self, body: FunctionBody, path: str) -> Iterator[AbstractValue]:
        targets = [*(call.target for call in body.calls), *(use.target for use in body.uses)]
        for target in targets:
            yield from self.resolver.resolve(target, path)

    def _passed_on(self, body: FunctionBody, path: str) -> Iterator[Fn]:
        """The functions of the project that are given what a function is given."""
        for call in body.calls:
            if any(arg.value.ref.kind is Kind.PARAM for arg in call.args if not arg.star):
                for entity in self.resolver.resolve(call.target, path):
                    if isinstance(entity, FunctionValue):
                        yield entity.fn

    # What exactly they are applied to.

    def to_params(self, fn: Fn, depth: int = limits.DECORATOR_DEPTH) -> Applies:
        """Return what a function applies to its parameters."""
        # A function may call itself.
        return answered(self._to_params, fn, {}, lambda: self._find_to_params(fn, depth))

    def _find_to_params(self, fn: Fn, depth: int) -> Applies:
        found: Applies = {}
        for body in self.store.with_nested(fn):
            for call in body.calls:
                for attribute, ref, names in self.in_call(call, fn.path, depth - 1):
                    given = _given(ref, fn.qualname)
                    if given is None or (given.attribute and attribute):
                        continue
                    key = Given(given.param, given.attribute or attribute)
                    found[key] = found.get(key, frozenset()) | names
        return found

    def in_call(
        self, call: Call, path: str, depth: int = limits.DECORATOR_DEPTH
    ) -> Iterator[tuple[str, Ref, frozenset[str]]]:
        """Yield what a call applies: to which attribute (``""``: itself) of what, and the names."""
        if not call.args or depth <= 0:
            return
        for entity in self.resolver.resolve(call.target, path):
            if isinstance(entity, ExternalValue):
                names = self.meanings.of(entity.name)
                if names and not call.args[0].star and not call.args[0].keyword:
                    yield "", call.args[0].value.ref, names
            elif isinstance(entity, FunctionValue):
                own = self.meanings.of_all(self._own_names.get(entity.fn, ()))
                if own and not call.args[0].star and not call.args[0].keyword:
                    yield "", call.args[0].value.ref, own
                for given, names in self.to_params(entity.fn, depth).items():
                    ref = self._argument(call, entity, given.param)
                    if ref is not None:
                        yield given.attribute, ref, names

    def _argument(self, call: Call, function: FunctionValue, param: str) -> Ref | None:
        head = self.store.head(function.fn)
        names = [p.name for p in head.params] if head is not None else []
        if param not in names:
            return None
        number = names.index(param) - function.bound
        plain = [arg for arg in call.args if not arg.keyword]
        if any(arg.star for arg in plain):
            return None
        by_name = (arg.value.ref for arg in call.args if arg.keyword == param)
        return plain[number].value.ref if 0 <= number < len(plain) else next(by_name, None)

    # Classes.

    def to_subclasses(self, cls: Cls) -> Applies:
        """Return what the bases and the metaclass of a class apply to it when it is defined."""
        found: Applies = {}
        for definer in self._definers.of(cls):
            if definer.hook_of == cls:
                continue  # it runs for the classes below
            for given, names in self.to_params(definer.fn).items():
                if given.param in definer.params:
                    key = Given("", given.attribute)
                    found[key] = found.get(key, frozenset()) | names
        return found

    def _own_definers(self, cls: Cls) -> Iterator[_Definer]:
        """Yield what a class has of its own that runs when it, or a class below it, is defined."""
        facts = self.resolver.facts_of(cls)
        if facts is None:
            return
        hook = facts.methods.get("__init_subclass__")
        if hook is not None:
            first = hook.params[0].name if hook.params else ""
            yield _Definer(Fn(cls.path, hook.qualname), ("", first), cls)
        if facts.metaclass.kind is Kind.UNKNOWN:
            return
        for entity in self.resolver.resolve(facts.metaclass, cls.path):
            if isinstance(entity, ClassValue):
                for fn in self._methods(entity.cls, ("__new__", "__init__")):
                    yield _Definer(fn, self._made_class(fn))

    def _made_class(self, fn: Fn) -> tuple[str, ...]:
        """The parameter of a method of a metaclass that is the class: the receiver.

        ``__new__`` gives what ``super().__new__()`` has made to the decorator; see `_given`.
        """
        head = self.store.head(fn)
        return ("", head.params[0].name) if head is not None and head.params else ("",)


def _given(ref: Ref, owner: str | None = None) -> Given | None:
    """The parameter that an expression is, or an attribute of one."""
    attribute = ref.path[0] if ref.path else ""
    if len(ref.path) > 1:
        return None
    if ref.kind is Kind.PARAM and (owner is None or ref.owner == owner):
        return Given(ref.name, attribute)
    if ref.kind in (Kind.CLS, Kind.SELF):
        return Given("", attribute)
    is_made = ref.kind is Kind.RESULT and ref.of is not None and ref.of.kind is Kind.SUPER
    if is_made and ref.of is not None and ref.of.path == ("__new__",):
        return Given("", attribute)
    return None
