"""Code that runs without looking like a call: properties, operators, decorators, constructors."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from wflint.facts.model import Decorator, Flag, FunctionHead, Kind, Operation, Ref
from wflint.program.entities import (
    Entity,
    Env,
    External,
    Held,
    OwnClass,
    OwnFunction,
    OwnInstance,
    SuperOf,
    joined,
    unique,
)
from wflint.program.resolve import Resolver
from wflint.program.store import PROPERTIES, Cls, Fn

_OUTSIDE = Flag.NOT_IN_WORKFLOW | Flag.UNRESTRICTED
_NEXT = {"__next__": "__iter__", "__anext__": "__aiter__"}
_VALIDATORS = frozenset({"field_validator", "model_validator", "root_validator", "validator"})
_DISPATCH = frozenset({"functools.singledispatch", "functools.singledispatchmethod"})
_DATACLASSES = frozenset({"dataclass", "dataclasses"})
_ATTRS = frozenset({"attrs", "define", "frozen", "mutable", "s", "dataclass"})
_MODELS = ("pydantic.", "pydantic_settings.", "sqlmodel.")


class Implied:
    """Finds the functions of the project that Python calls by itself."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.members = resolver.members
        self.store = resolver.store
        self._wrappers: dict[Fn, tuple[OwnFunction, ...]] = {}
        self._skipped: dict[Fn, bool] = {}

    # Attributes.

    def on_the_way(
        self, ref: Ref, path: str, receiver: Cls | None, env: Env, stored: bool = False
    ) -> Iterator[OwnFunction]:
        """The properties and descriptors that reading (or setting) attributes of ``ref`` calls."""
        special = self.store.special_names
        if special.isdisjoint(ref.path):
            return
        found = self.resolver.resolve(replace(ref, path=()), path, receiver, env=env)
        for number, name in enumerate(ref.path):
            is_last = number == len(ref.path) - 1
            for entity in found:
                if isinstance(entity, (OwnInstance, SuperOf)) and name in special:
                    yield from self._accessed(entity, name, stored and is_last)
            found = unique(e for entity in found for e in self.resolver.attribute(entity, name))

    def _accessed(
        self, of: OwnInstance | SuperOf, name: str, stored: bool
    ) -> Iterator[OwnFunction]:
        cls = of.receiver if isinstance(of, SuperOf) else of.cls
        order = self.resolver.order(cls)[0]
        if isinstance(of, SuperOf) and of.owner in order:
            order = order[order.index(of.owner) + 1 :]
        for base in order:
            facts = self.resolver.facts_of(base)
            if facts is None:
                continue
            head = facts.methods.get(f"{name}@setter" if stored else name)
            if head is not None and (stored or is_property(head)):
                yield OwnFunction(Fn(base.path, head.qualname), cls, True, env=of.env)
                return
            if name in facts.methods:
                return
            if name in facts.attributes:
                yield from self._described(facts.attributes[name], base, stored)
                return

    def _described(self, ref: Ref, base: Cls, stored: bool) -> Iterator[OwnFunction]:
        """What a descriptor, declared as an attribute of the class, does."""
        if ref.kind is not Kind.RESULT:
            return
        for entity in self.resolver.resolve(ref, base.path):
            if isinstance(entity, OwnInstance):
                yield from self._methods(entity, "__set__" if stored else "__get__")

    # Operators, loops, `with`.

    def operated(
        self, operation: Operation, path: str, receiver: Cls | None, env: Env
    ) -> Iterator[OwnFunction]:
        """The methods that an operation calls."""
        for entity in self.resolver.resolve(operation.operand, path, receiver, env=env):
            if isinstance(entity, OwnInstance):
                yield from self.called_on(entity, operation.methods)

    def called_on(self, entity: OwnInstance, methods: tuple[str, ...]) -> Iterator[OwnFunction]:
        """The methods of an object, where it has them; of ``a|b`` the first that it has."""
        for names in methods:
            of: list[Entity] = [entity]
            if names in _NEXT:
                for maker in self._methods(entity, _NEXT[names]):
                    of += self.resolver.returned(maker)
            for name in names.split("|"):
                found = [
                    f
                    for one in unique(of)
                    if isinstance(one, OwnInstance)
                    for f in self._methods(one, name)
                ]
                if found:
                    yield from found
                    break

    def _methods(self, entity: OwnInstance, name: str) -> Iterator[OwnFunction]:
        if self.members.method(entity.cls, name) is None:
            return
        for found in self.resolver.attribute(entity, name):
            if isinstance(found, OwnFunction):
                yield found

    # Decorators.

    def wrappers(self, fn: Fn) -> tuple[OwnFunction, ...]:
        """The functions that decorators of the project have put in the place of a function."""
        known = self._wrappers.get(fn)
        if known is None:
            self._wrappers[fn] = ()
            head = self.store.head(fn)
            found = (w for d in (head.decorators if head else ()) for w in self._wrapping(d, fn))
            known = self._wrappers[fn] = tuple(
                w for w in unique(found) if isinstance(w, OwnFunction) and w.fn != fn
            )
        return known

    def _wrapping(self, decorator: Decorator, fn: Fn) -> Iterator[Entity]:
        decorated = OwnFunction(fn)
        for entity in self.resolver.resolve(decorator.target, fn.path):
            if isinstance(entity, OwnFunction) and not decorator.called:
                yield from self._applied(entity, decorated)
            elif isinstance(entity, OwnFunction):
                for inner in self.resolver.returned(entity):
                    if isinstance(inner, OwnFunction):
                        yield from self._applied(inner, decorated)
                    elif isinstance(inner, OwnInstance):
                        yield from self._methods(inner, "__call__")
            elif isinstance(entity, OwnClass) and decorator.called:
                for call in self._methods(OwnInstance(entity.cls), "__call__"):
                    yield from self._applied(call, decorated)
            elif isinstance(entity, OwnClass):
                env = self.resolver.constructor_env(entity.cls, [("", (decorated,))])
                yield from self._methods(OwnInstance(entity.cls, env=env), "__call__")

    def _applied(self, decorator: OwnFunction, decorated: OwnFunction) -> Iterator[Entity]:
        """What a decorator gives for a function."""
        head = self.store.head(decorator.fn)
        params = [p.name for p in head.params] if head is not None else []
        if decorator.bound:
            params = params[1:]
        if params:
            entry = Held(decorator.fn, params[0], (decorated,))
            env = joined(decorator.env, (entry,))
            yield from self.resolver.returned(replace(decorator, env=env))

    def is_skipped(self, fn: Fn) -> bool:
        """Whether a decorator of the project sees to it that a function never runs in workflows."""
        known = self._skipped.get(fn)
        if known is None:
            known = any(self._leaves_out(w, fn) for w in self.wrappers(fn))
            self._skipped[fn] = known
        return known

    def _leaves_out(self, wrapper: OwnFunction, fn: Fn) -> bool:
        """Whether a wrapper calls what it wraps, but only outside of workflows."""
        names = {(h.owner.qualname, h.name) for h in wrapper.env if OwnFunction(fn) in h.values}
        flags: list[int] = []
        for body in self.store.with_nested(wrapper.fn):
            for call in body.calls:
                refs = [call.target, *(a.value.ref for a in call.args)]
                if any(r.kind is Kind.PARAM and (r.owner, r.name) in names for r in refs):
                    flags.append(call.flags)
        return bool(flags) and all(f & _OUTSIDE for f in flags)

    def registered(self, fn: Fn) -> Iterator[OwnFunction]:
        """The functions that ``@f.register`` adds to a ``functools.singledispatch`` function."""
        head = self.store.head(fn)
        names = {
            e.name
            for d in (head.decorators if head is not None else ())
            for e in self.resolver.resolve(d.target, fn.path)
            if isinstance(e, External)
        }
        if head is None or not names & _DISPATCH:
            return
        for name, other in self.store.load(fn.path).facts.functions.items():
            for decorator in other.decorators:
                target = decorator.target
                is_added = target.path == ("register",) and target.name == head.name
                if is_added and other.owner == head.owner:
                    yield OwnFunction(Fn(fn.path, name), bound=bool(head.owner))

    # Constructors.

    def constructors(self, cls: Cls, env: Env = ()) -> Iterator[OwnFunction]:
        """The methods that run when an object is made, in order."""
        made = OwnInstance(cls, env=env)
        for name in ("__new__", "__init__"):
            for found in self._methods(made, name):
                yield replace(found, bound=True)
        yield from self._meta_call(cls)
        kinds = self._decorators(cls)
        if kinds & _DATACLASSES:
            yield from self._methods(made, "__post_init__")
        if kinds & _ATTRS:
            for name in ("__attrs_pre_init__", "__attrs_post_init__"):
                yield from self._methods(made, name)
        if any(base.startswith(_MODELS) for base in self.resolver.order(cls)[1]):
            yield from self._methods(made, "model_post_init")
            yield from self._validators(cls)

    def _meta_call(self, cls: Cls) -> Iterator[OwnFunction]:
        for base in self.resolver.order(cls)[0]:
            facts = self.resolver.facts_of(base)
            if facts is None or facts.metaclass.kind is Kind.UNKNOWN:
                continue
            for entity in self.resolver.resolve(facts.metaclass, base.path):
                if isinstance(entity, OwnClass):
                    yield from self._methods(OwnInstance(entity.cls), "__call__")
            return

    def _decorators(self, cls: Cls) -> set[str]:
        """The last words of the decorators of a class and its bases."""
        found: set[str] = set()
        for base in self.resolver.order(cls)[0]:
            facts = self.resolver.facts_of(base)
            for decorator in facts.decorators if facts is not None else ():
                found.add((decorator.target.path or (decorator.target.name,))[-1])
        return found

    def _validators(self, cls: Cls) -> Iterator[OwnFunction]:
        for base in self.resolver.order(cls)[0]:
            facts = self.resolver.facts_of(base)
            for head in facts.methods.values() if facts is not None else ():
                names = {(d.target.path or (d.target.name,))[-1] for d in head.decorators}
                if names & _VALIDATORS:
                    yield OwnFunction(Fn(base.path, head.qualname), cls, True)


def is_property(head: FunctionHead) -> bool:
    """Whether reading an attribute calls a method."""
    return any((d.target.path or (d.target.name,))[-1] in PROPERTIES for d in head.decorators)
