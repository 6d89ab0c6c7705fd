"""Code that runs without looking like a call: properties, operators, decorators, constructors."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from wflint.facts.ids import MODULE_BODY, PROPERTIES, Cls, Fn
from wflint.facts.model import Call, Decorator, Flag, FunctionHead, Kind, Operation, Ref
from wflint.inference.arguments import Given, received
from wflint.inference.field_factories import generated_init
from wflint.inference.resolver import Resolver
from wflint.inference.values import (
    AbstractValue,
    ClassValue,
    Env,
    ExternalValue,
    FunctionValue,
    GivenParam,
    InstanceValue,
    SuperOf,
    Unresolved,
    joined,
    of_object,
    unique,
)

_OUTSIDE = Flag.NOT_IN_WORKFLOW | Flag.UNRESTRICTED
_NEXT = {"__next__": "__iter__", "__anext__": "__aiter__"}
_VALIDATORS = frozenset({"field_validator", "model_validator", "root_validator", "validator"})
_DISPATCH = frozenset({"functools.singledispatch", "functools.singledispatchmethod"})
_CONTEXTS = frozenset({"contextlib.asynccontextmanager", "contextlib.contextmanager"})
_AFTER_INIT = {
    "attrs": ("__attrs_pre_init__", "__attrs_post_init__"),
    "dataclass": ("__post_init__",),
    "model": ("model_post_init",),
}
_ABOUT_FUNCTIONS = {
    (f"__{name}__",)
    for name in ("annotations", "code", "defaults", "doc", "module", "name", "qualname")
}
_LOOKS = frozenset(
    {
        "asyncio.iscoroutinefunction",
        *(f"builtins.{n}" for n in ("callable", "getattr", "hasattr", "hash", "id", "isinstance")),
        *(f"builtins.{n}" for n in ("print", "repr", "str", "type")),
    }
)
_LOOK = ("inspect.", "logging.", "temporalio.activity.logger", "temporalio.workflow.logger")
"""Functions, and beginnings of their names, that call nothing that they are given."""

_SUFFIXES = {"get": "", "set": "@setter", "delete": "@deleter"}


class Implied:
    """Finds the functions of the project that Python calls by itself."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.members = resolver.members
        self.store = resolver.store
        self._wrappers: dict[Fn, tuple[FunctionValue, ...]] = {}
        self._skipped: dict[Fn, bool] = {}

    # Attributes.

    def on_the_way(
        self, ref: Ref, path: str, receiver: Cls | None, env: Env, flags: int = 0
    ) -> Iterator[FunctionValue]:
        """The properties and descriptors that reading attributes of ``ref`` calls.

        With the flags for it, those that setting or deleting the last one calls.
        """
        if not self.may_run_code(ref.path):
            return
        found = self.resolver.resolve(replace(ref, path=()), path, receiver, env=env)
        for number, name in enumerate(ref.path):
            way = "get"
            if number == len(ref.path) - 1 and flags & (Flag.STORED | Flag.DELETED):
                way = "set" if flags & Flag.STORED else "delete"
            for entity in found:
                if isinstance(entity, (InstanceValue, SuperOf)):
                    yield from self._accessed(entity, name, way)
            found = unique(e for entity in found for e in self.resolver.attribute(entity, name))

    def may_run_code(self, path: tuple[str, ...]) -> bool:
        """True if any of the attributes of a name may be more than data."""
        return self.store.asks_for_any or not self.store.special_names.isdisjoint(path)

    def _accessed(
        self, of: InstanceValue | SuperOf, name: str, way: str
    ) -> Iterator[FunctionValue]:
        cls = of.receiver if isinstance(of, SuperOf) else of.cls
        order = self.resolver.order(cls)[0]
        if isinstance(of, SuperOf) and of.owner in order:
            order = order[order.index(of.owner) + 1 :]
        for base in order:
            facts = self.resolver.facts_of(base)
            if facts is None:
                continue
            head = facts.methods.get(f"{name}{_SUFFIXES[way]}")
            if head is not None and (way != "get" or is_property(head)):
                yield FunctionValue(Fn(base.path, head.qualname), cls, True, env=of.env)
                return
            if name in facts.methods:
                return
            if name in facts.attributes:
                yield from self._described(facts.attributes[name], base, cls, way)
                return
        if self.store.asks_for_any and way == "get" and isinstance(of, InstanceValue):
            known = self.resolver.attribute(of, name)
            if all(isinstance(e, Unresolved) for e in known) and not self._is_set(of.cls, name):
                yield from self._methods(of, "__getattr__")

    def _is_set(self, cls: Cls, name: str) -> bool:
        return any(self.members.sets(base, name) for base in self.resolver.order(cls)[0])

    def _described(self, ref: Ref, base: Cls, cls: Cls, way: str) -> Iterator[FunctionValue]:
        """Yield what a descriptor runs that is declared as an attribute of the class."""
        if ref.kind is not Kind.RESULT or ref.of is None:
            return
        if (ref.of.path or (ref.of.name,))[-1] == "property":
            yield from self._functions_of_property(ref, base, cls, way)
            return
        for entity in self.resolver.resolve(ref, base.path):
            if isinstance(entity, InstanceValue):
                yield from self._methods(entity, f"__{way}__")

    def _functions_of_property(
        self, ref: Ref, base: Cls, cls: Cls, way: str
    ) -> Iterator[FunctionValue]:
        """``age = property(_get_age, _set_age)``."""
        number = ("get", "set", "delete").index(way)
        names = [o.name for o in ref.others if o.kind is Kind.GLOBAL]
        facts = self.resolver.facts_of(base)
        if facts is not None and number < len(names) and names[number] in facts.methods:
            yield FunctionValue(Fn(base.path, facts.methods[names[number]].qualname), cls, True)

    # Operators, loops, `with`.

    def operated(
        self, operation: Operation, path: str, receiver: Cls | None, env: Env
    ) -> Iterator[FunctionValue]:
        """The methods that an operation calls."""
        for entity in self.resolver.resolve(operation.operand, path, receiver, env=env):
            if isinstance(entity, InstanceValue):
                yield from self.called_on(entity, operation.methods)

    def called_on(self, entity: InstanceValue, methods: tuple[str, ...]) -> Iterator[FunctionValue]:
        """The methods of an object, where it has them; of ``a|b`` the first that it has."""
        for names in methods:
            of: list[AbstractValue] = [entity]
            if names in _NEXT:
                for maker in self._methods(entity, _NEXT[names]):
                    of += self.resolver.results.returned(maker)
            for name in names.split("|"):
                found = [
                    f
                    for one in unique(of)
                    if isinstance(one, InstanceValue)
                    for f in self._methods(one, name)
                ]
                if found:
                    yield from found
                    break

    def _methods(self, entity: InstanceValue, name: str) -> Iterator[FunctionValue]:
        if self.members.method(entity.cls, name) is None:
            return
        for found in self.resolver.attribute(entity, name):
            if isinstance(found, FunctionValue):
                yield found

    # Decorators.

    def wrappers(self, fn: Fn) -> tuple[FunctionValue, ...]:
        """The functions that decorators of the project have replaced a function with."""
        known = self._wrappers.get(fn)
        if known is None:
            self._wrappers[fn] = ()
            head = self.store.head(fn)
            found = (w for d in (head.decorators if head else ()) for w in self._wrapping(d, fn))
            known = self._wrappers[fn] = tuple(
                w for w in unique(found) if isinstance(w, FunctionValue) and w.fn != fn
            )
        return known

    def replacing(self, fn: Fn, receiver: Cls | None, env: Env) -> Iterator[FunctionValue]:
        """The wrappers of a function that is called on an object, which they call it on as well."""
        plain, called = FunctionValue(fn), FunctionValue(fn, receiver, env=of_object(env))
        for wrapper in self.wrappers(fn):
            entries = [
                replace(entry, values=tuple(called if v == plain else v for v in entry.values))
                for entry in wrapper.env
            ]
            yield replace(wrapper, receiver=receiver, env=joined(of_object(env), entries))

    def _wrapping(self, decorator: Decorator, fn: Fn) -> Iterator[AbstractValue]:
        decorated = FunctionValue(fn)
        for entity in self.resolver.resolve(decorator.target, fn.path):
            if isinstance(entity, FunctionValue) and not decorator.called:
                yield from self._applied(entity, decorated)
            elif isinstance(entity, FunctionValue):
                if self._makes_context(entity.fn):
                    yield entity  # what `contextmanager` gives is a decorator as well
                for inner in self.resolver.results.returned(entity):
                    if isinstance(inner, FunctionValue):
                        yield from self._applied(inner, decorated)
                    elif isinstance(inner, InstanceValue):
                        yield from self._methods(inner, "__call__")
            elif isinstance(entity, ClassValue) and decorator.called:
                if "contextlib.ContextDecorator" in self.resolver.order(entity.cls)[1]:
                    made = InstanceValue(entity.cls)
                    yield from self._methods(made, "__enter__")
                    yield from self._methods(made, "__exit__")
                for call in self._methods(InstanceValue(entity.cls), "__call__"):
                    yield from self._applied(call, decorated)
            elif isinstance(entity, ClassValue):
                env = self.resolver.memory.constructor_env(entity.cls, [("", (decorated,))])
                yield from self._methods(InstanceValue(entity.cls, env=env), "__call__")

    def _makes_context(self, fn: Fn) -> bool:
        head = self.store.head(fn)
        return any(
            isinstance(e, ExternalValue) and e.name in _CONTEXTS
            for d in (head.decorators if head is not None else ())
            for e in self.resolver.resolve(d.target, fn.path)
        )

    def _applied(
        self, decorator: FunctionValue, decorated: FunctionValue
    ) -> Iterator[AbstractValue]:
        """Yield what a decorator gives for a function."""
        head = self.store.head(decorator.fn)
        given: Given = [("", (decorated,))]
        pairs = received(head, given, bound=decorator.bound) if head is not None else []
        if pairs:
            entries = [GivenParam(decorator.fn, param.name, values) for param, values in pairs]
            env = joined(decorator.env, entries)
            yield from self.resolver.results.returned(replace(decorator, env=env))

    def is_skipped(self, fn: Fn) -> bool:
        """True if a decorator of the project makes sure that a function never runs in workflows."""
        known = self._skipped.get(fn)
        if known is None:
            known = any(self._leaves_out(w, fn) for w in self.wrappers(fn))
            self._skipped[fn] = known
        return known

    def _leaves_out(self, wrapper: FunctionValue, fn: Fn) -> bool:
        """True if a wrapper calls what it wraps, but only outside of workflows."""
        every = (h for h in wrapper.env if isinstance(h, GivenParam))
        given = [h for h in every if FunctionValue(fn) in h.values]
        if given and all(h.name not in self.resolver.memory.wanted(h.owner) for h in given):
            return True  # the decorator has put something else in its place
        names = {(h.owner.qualname, h.name) for h in given}
        flags: list[int] = []
        for body in self.store.with_nested(wrapper.fn):
            for call in body.calls:
                refs = [call.target, *(a.value.ref for a in call.args)]
                used = [r for r in refs if r.kind is Kind.PARAM and (r.owner, r.name) in names]
                if all(r.path[:1] in _ABOUT_FUNCTIONS for r in used):
                    continue  # which calls nothing
                if used != [call.target] and self._only_looks(call, wrapper.fn.path):
                    continue
                flags.append(call.flags)
        return bool(flags) and all(f & _OUTSIDE for f in flags)

    def _only_looks(self, call: Call, path: str) -> bool:
        """True if a call looks at the functions that it is given, and calls none of them."""
        found = self.resolver.resolve(call.target, path)
        return bool(found) and all(
            isinstance(e, ExternalValue) and (e.name in _LOOKS or e.name.startswith(_LOOK))
            for e in found
        )

    def registered(self, fn: Fn) -> Iterator[FunctionValue]:
        """The functions that ``@f.register`` adds to a ``functools.singledispatch`` function."""
        head = self.store.head(fn)
        names = {
            e.name
            for d in (head.decorators if head is not None else ())
            for e in self.resolver.resolve(d.target, fn.path)
            if isinstance(e, ExternalValue)
        }
        if head is None or not names & _DISPATCH:
            return
        for call in self.store.body(Fn(fn.path, MODULE_BODY)).calls:
            if call.target.path == ("register",) and call.target.name == head.name and call.args:
                for entity in self.resolver.resolve(call.args[-1].value.ref, fn.path):
                    if isinstance(entity, FunctionValue):
                        yield entity
        for name, other in self.store.load(fn.path).facts.functions.items():
            for decorator in other.decorators:
                target = decorator.target
                is_added = target.path == ("register",) and target.name == head.name
                if is_added and other.owner == head.owner:
                    yield FunctionValue(Fn(fn.path, name), bound=bool(head.owner))

    # Constructors.

    def constructors(self, cls: Cls, env: Env = ()) -> Iterator[FunctionValue]:
        """The methods that run when an object is made, in order."""
        made = InstanceValue(cls, env=env)
        yield from self._meta_call(cls)
        generated = generated_init(self.resolver, cls)
        for name in ("__new__", "__init__"):
            for found in self._methods(made, name) if name == "__new__" or not generated else ():
                yield replace(found, bound=True)
        for name in _AFTER_INIT.get(generated, ()):
            yield from self._methods(made, name)
        if generated == "attrs":
            yield from self._decorated_methods(cls, frozenset({"default", "validator"}))
        if generated == "model":
            yield from self._decorated_methods(cls, _VALIDATORS)
        yield from self._methods(made, "__del__")  # at some time

    def _meta_call(self, cls: Cls) -> Iterator[FunctionValue]:
        for base in self.resolver.order(cls)[0]:
            facts = self.resolver.facts_of(base)
            if facts is None or facts.metaclass.kind is Kind.UNKNOWN:
                continue
            for entity in self.resolver.resolve(facts.metaclass, base.path):
                if isinstance(entity, ClassValue):
                    yield from self._methods(InstanceValue(entity.cls), "__call__")
            return

    def _decorated_methods(self, cls: Cls, kinds: frozenset[str]) -> Iterator[FunctionValue]:
        replaced: set[str] = set()
        for base in self.resolver.order(cls)[0]:
            facts = self.resolver.facts_of(base)
            heads = list(facts.methods.values()) if facts is not None else []
            for head in heads:
                names = {d.last_word for d in head.decorators}
                if names & kinds and head.name not in replaced:
                    yield FunctionValue(Fn(base.path, head.qualname), cls, True)
            replaced.update(head.name for head in heads)

    # Definitions.

    def defined(self, cls: Cls) -> Iterator[FunctionValue]:
        """Yield what runs when a class is defined, besides its body."""
        facts = self.resolver.facts_of(cls)
        if facts is None:
            return
        for base in self.resolver.order(cls)[0][1:]:
            found = self.resolver.facts_of(base)
            if found is not None and "__init_subclass__" in found.methods:
                head = found.methods["__init_subclass__"]
                yield FunctionValue(Fn(base.path, head.qualname), cls, True)
                break
        for ref in facts.attributes.values():
            for entity in self.resolver.resolve(ref, cls.path) if ref.kind is Kind.RESULT else ():
                if isinstance(entity, InstanceValue):
                    yield from self._methods(entity, "__set_name__")


def object_of(method: FunctionHead, receiver: Cls | None, env: Env) -> Given:
    """Return what wrappers of a method are given first: the object that it is called on."""
    kinds = {d.last_word for d in method.decorators}
    if receiver is None or not method.owner or kinds & {"classmethod", "staticmethod"}:
        return []
    return [("", (InstanceValue(receiver, env=of_object(env)),))]


def is_property(head: FunctionHead) -> bool:
    """True if reading an attribute calls a method."""
    return any(d.last_word in PROPERTIES for d in head.decorators)
