"""Finds out where an object lives that workflow code changes: in the workflow or in a module."""

from __future__ import annotations

from msgspec.structs import replace

from wflint import limits
from wflint.facts.ids import Cls, Fn, shown_name
from wflint.facts.model import BindingKind, FunctionHead, Kind, Put, Ref
from wflint.inference.definitions import Origin, find_origin
from wflint.inference.resolver import Resolver
from wflint.inference.values import ExternalValue, FunctionValue, InstanceValue
from wflint.rule.views import Shared
from wflint.sandbox.module_values import Held, read_held
from wflint.sandbox.sandboxes import Sandboxes

_HELD = ("attribute", "result", "value")
_CACHES = frozenset({"functools.cache", "functools.lru_cache"})
_HARMLESS = frozenset({"builtins.classmethod", "builtins.staticmethod"})
_OWN_DECORATORS = ("temporalio.workflow.",)
"""Decorators of classes that leave the attributes as they are."""


class SharedObjects:
    """Finds what holds an object that outlives a workflow."""

    def __init__(self, resolver: Resolver, sandboxes: Sandboxes) -> None:
        self.resolver = resolver
        self.store = resolver.store
        self.sandboxes = sandboxes
        self._held: dict[str, list[Held]] = {}  # by file

    def holder(self, ref: Ref | None, path: str, receiver: Cls | None) -> Shared | None:
        """Return what holds the object that ``ref`` refers to, in a file.

        ``receiver`` is the class of the object whose method refers to it. ``None`` when it is the
        workflow's own, or not known.
        """
        return self._holder(ref, path, receiver, limits.BASE_DEPTH) if ref is not None else None

    def _holder(self, ref: Ref, path: str, receiver: Cls | None, depth: int) -> Shared | None:
        if ref.kind in (Kind.SELF, Kind.CLS):
            cls = receiver or Cls(path, ref.name)
            if cls.qualname not in self.store.load(cls.path).facts.classes:
                return None  # a class that a function makes is as new as what the function makes
            if ref.kind is Kind.CLS and not ref.path:
                return self._shared("class", cls.path, cls.qualname, receiver)
            return self._of_class(cls, ref.path, ref.kind is Kind.SELF, receiver)
        if ref.kind is Kind.RESULT:
            return self._result(ref, path, receiver, depth)
        origin = find_origin(ref, path, self.resolver)
        if origin is None:
            return self._external(ref, path)
        return self._defined(origin, receiver)

    def _shared(self, kind: str, path: str, name: str, receiver: Cls | None) -> Shared:
        module = self.store.load(path).facts.name
        return Shared(kind, shown_name(name), module, self.sandboxes.is_shared(path, receiver))

    def _defined(self, origin: Origin, receiver: Cls | None) -> Shared | None:
        """Something that a module of the project defines."""
        (path, name), rest = origin
        if not name:
            return self._shared("module", path, self.store.load(path).facts.name, receiver)
        facts = self.store.load(path).facts
        kinds = {binding.what for binding in facts.bindings[name]}
        if kinds == {BindingKind.CLASS}:
            if rest:
                return self._of_class(Cls(path, name), rest, False, receiver)
            return self._shared("class", path, name, receiver)
        if kinds == {BindingKind.FUNCTION} and not rest:
            return self._shared("function", path, name, receiver)
        if kinds != {BindingKind.VALUE}:
            return None
        found = self.resolver.name(path, name)
        if rest and not all(isinstance(entity, InstanceValue) for entity in found):
            return None
        return self._shared("value", path, name, receiver)

    def _external(self, ref: Ref, path: str) -> Shared | None:
        """A module outside the project, imported as such."""
        if ref.kind is not Kind.GLOBAL or ref.path:
            return None
        facts = self.store.load(path).facts
        targets = {binding.target for binding in facts.bindings.get(ref.name, ())}
        modules = {fact.module for fact in facts.imports if not fact.names}
        if len(targets) != 1 or not targets <= modules:
            return None
        (module,) = targets
        return Shared("module", module, module, self.sandboxes.reuses(module))

    def _result(self, ref: Ref, path: str, receiver: Cls | None, depth: int) -> Shared | None:
        """Return what holds the result of a function of the project.

        It is kept if the function is cached, or gives back what a module or class holds.
        """
        if ref.of is None or depth == 0:
            return None
        functions = self.resolver.resolve(ref.of, path, receiver)
        for entity in functions:
            if isinstance(entity, FunctionValue) and not ref.path:
                head = self.store.head(entity.fn)
                if head is not None and self._is_cached(head, entity.fn.path):
                    return self._shared("result", entity.fn.path, head.qualname, receiver)
        if len(functions) != 1 or not isinstance(functions[0], FunctionValue):
            return None
        if ref.path and not self._is_of_project(replace(ref, path=()), path, receiver):
            return None
        return self._given_back(functions[0], depth)

    def _given_back(self, function: FunctionValue, depth: int) -> Shared | None:
        """Return what holds the object that a function gives back, whichever way it returns."""
        head = self.store.head(function.fn)
        if head is None or not self._decorators(head, function.fn.path) <= _HARMLESS:
            return None
        body = self.store.body(function.fn)
        if body.head.is_generator or not body.returned:
            return None
        held = {
            self._holder(ref, function.fn.path, function.receiver, depth - 1)
            for ref in body.returned
        }
        only = held.pop()
        return only if not held and only is not None and only.kind in _HELD else None

    def _is_of_project(self, ref: Ref, path: str, receiver: Cls | None) -> bool:
        found = self.resolver.resolve(ref, path, receiver)
        return bool(found) and all(isinstance(entity, InstanceValue) for entity in found)

    def _is_cached(self, head: FunctionHead, path: str) -> bool:
        return not self._decorators(head, path).isdisjoint(_CACHES)

    def _decorators(self, head: FunctionHead, path: str) -> set[str]:
        """The names of the decorators of a function; ``""`` for one of the project."""
        return {
            entity.name if isinstance(entity, ExternalValue) else ""
            for decorator in head.decorators
            for entity in self.resolver.resolve(decorator.target, path)
        }

    # Attributes of classes.

    def _of_class(
        self, cls: Cls, path: tuple[str, ...], on_instance: bool, receiver: Cls | None
    ) -> Shared | None:
        """An attribute of a class that is not made again for each instance."""
        if len(path) != 1:
            return None
        order, externals = self.resolver.order(cls)
        if on_instance and (externals or not self._is_plain(order)):
            return None
        for base in order:
            facts = self.resolver.facts_of(base)
            if facts is None or path[0] in facts.methods:
                return None
            if self._has_value(base, path[0]):
                if on_instance and any(self._sets(c, path[0]) for c in order):
                    return None
                name = f"{base.qualname}.{path[0]}"
                return self._shared("attribute", base.path, name, receiver)
        return None

    def _is_plain(self, order: tuple[Cls, ...]) -> bool:
        """True if no decorator (``@dataclass``) makes attributes of the instances."""
        for cls in order:
            facts = self.resolver.facts_of(cls)
            for decorator in facts.decorators if facts is not None else ():
                for entity in self.resolver.resolve(decorator.target, cls.path):
                    name = entity.name if isinstance(entity, ExternalValue) else ""
                    if not name.startswith(_OWN_DECORATORS):
                        return False
        return True

    def _has_value(self, cls: Cls, name: str) -> bool:
        """True if the body of a class gives an attribute a value."""
        held = self._held.get(cls.path)
        if held is None:
            held = self._held[cls.path] = read_held(self.store.load(cls.path))
        return any(h.owner == cls.qualname and name in h.names for h in held)

    def _sets(self, cls: Cls, name: str) -> bool:
        """True if any method gives the attribute of an instance a value of its own.

        That may be ``self``, or what an alternative constructor makes and returns.
        """
        facts = self.resolver.facts_of(cls)
        for head in facts.methods.values() if facts is not None else ():
            self.store.body(Fn(cls.path, head.qualname))
        module = self.store.load(cls.path)
        inside = module.inside(cls.qualname)
        bodies = [module.bodies[inner] for inner in inside]
        return any(
            name in body.attributes
            or any(put.attribute == name and _is_made(put, cls) for put in body.stores)
            for body in bodies
        )


def _is_made(put: Put, cls: Cls) -> bool:
    """True if an attribute is set of an object that a method has made of its own class."""
    made = put.target.of
    if put.into or put.target.kind is not Kind.RESULT or put.target.path or made is None:
        return False
    if made.path:
        return made.path == ("__new__",)
    return made.kind is Kind.CLS or (made.kind is Kind.GLOBAL and made.name == cls.qualname)
