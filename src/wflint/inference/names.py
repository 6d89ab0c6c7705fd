"""The values of the names of modules: through imports, re-exports, star imports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias

from wflint import limits
from wflint.facts.builtin_names import is_builtin
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Binding, BindingKind, Kind, ModuleFacts, Ref, Value
from wflint.facts.questions import is_of_sdk
from wflint.facts.types import declared_as
from wflint.inference.values import (
    AbstractValue,
    ClassValue,
    ExternalValue,
    FunctionValue,
    ModuleValue,
    Unresolved,
    unique,
)
from wflint.project.folders import is_namespace
from wflint.project.module_index import ModuleIndex
from wflint.project.questions import answered
from wflint.project.store import Store

_CIRCLE = (Unresolved("it is defined in a circle"),)

_ANYTHING = (Unresolved("it may be too many things"),)

Key: TypeAlias = tuple[str, str]
"""A name of a module: the path of its file, and the name."""

ResolveRef = Callable[[Ref, str, int], tuple[AbstractValue, ...]]
"""Gives what a ref stands for: the ref, the path of its module, how deep to go."""

Attribute = Callable[[AbstractValue, str, int], tuple[AbstractValue, ...]]
"""Gives what an attribute of an entity stands for."""


class Names:
    """Answers what a module-level or dotted name stands for. Alternatives give several answers."""

    def __init__(
        self, store: Store, index: ModuleIndex, resolve: ResolveRef, attribute: Attribute
    ) -> None:
        self.store = store
        self.index = index
        self.resolve = resolve
        self.attribute = attribute
        self._names: dict[Key, tuple[AbstractValue, ...]] = {}

    def name(self, path: str, name: str) -> tuple[AbstractValue, ...]:
        """Return the values of a module-level name of a module; builtins included."""
        key = (path, name)
        known = self._names.get(key)
        if known is None:
            if self._rests_on_many(key):
                self._find_one_by_one(key)
            find = partial(self._name, path, name, limits.NAME_DEPTH)
            known = answered(self._names, key, _CIRCLE, find)
        return known

    def _rests_on_many(self, key: Key) -> bool:
        """True if more names lead on to one another than recursion should go through."""
        pending = [key]
        seen: set[Key] = set()
        while pending and len(seen) <= limits.NAME_DEPTH:
            at = pending.pop()
            if at not in seen and at not in self._names:
                seen.add(at)
                pending.extend(self._rests_on(*at))
        return len(seen) > limits.NAME_DEPTH

    def _find_one_by_one(self, key: Key) -> None:
        """Do what recursion would do, without it: first what a name rests on, then the name."""
        self._names[key] = _CIRCLE
        open_names = [(key, self._rests_on(*key))]
        try:
            while open_names:
                at, others = open_names[-1]
                following = next((other for other in others if other not in self._names), None)
                if following is not None:
                    self._names[following] = _CIRCLE
                    open_names.append((following, self._rests_on(*following)))
                else:
                    self._names[at] = self._name(*at, limits.NAME_DEPTH)
                    open_names.pop()
        except BaseException:
            for at, _ in open_names:
                self._names.pop(at, None)
            raise

    def _rests_on(self, path: str, name: str) -> Iterator[Key]:
        """The names of modules that it is looked for first what a name stands for."""
        bindings = self.store.load(path).facts.bindings.get(name)
        if bindings is None:
            yield from (s for s in self._star_sources(path, name) if isinstance(s, tuple))
        for binding in bindings or ():
            if binding.what is BindingKind.IMPORT:
                yield from self._dotted_names(binding.target, path)
            elif binding.value is not None:
                for ref in _refs_in(binding.value.ref):
                    if ref.kind is Kind.GLOBAL:
                        yield path, ref.name
                        yield from self._through_module(ref, path)

    def _dotted_names(self, dotted: str, path: str) -> Iterator[Key]:
        module, _, last = dotted.rpartition(".")
        found = self.index.find(module, path) if module else None
        if found is not None:
            yield found, last

    def _through_module(self, ref: Ref, path: str) -> Iterator[Key]:
        """The name in ``module.name``, where a name is that of an imported module."""
        if ref.path:
            for binding in self.store.load(path).facts.bindings.get(ref.name, ()):
                if binding.what is BindingKind.IMPORT:
                    yield from self._dotted_names(f"{binding.target}.{ref.path[0]}", path)

    def _name(self, path: str, name: str, depth: int) -> tuple[AbstractValue, ...]:
        found = self._bound(path, name, depth)
        return found if len(found) <= limits.NAME_ALTERNATIVES else _ANYTHING

    def _bound(self, path: str, name: str, depth: int) -> tuple[AbstractValue, ...]:
        module = self.store.load(path)
        bindings = module.facts.bindings.get(name)
        if bindings is not None:
            real = unique(e for b in bindings if not b.typed for e in self._binding(b, path, depth))
            if any(_is_something(e) for e in real):
                return real
            return unique(e for b in bindings for e in self._binding(b, path, depth))
        for source in self._star_sources(path, name):
            found = self.name(*source) if isinstance(source, tuple) else (source,)
            if not _is_builtin_entity(found):
                return found
        if is_builtin(name):
            return (ExternalValue(f"builtins.{name}"),)
        return (Unresolved(f"`{name}` is not defined in its module"),)

    def _binding(self, binding: Binding, path: str, depth: int) -> tuple[AbstractValue, ...]:
        if binding.what is BindingKind.IMPORT:
            return self.dotted(binding.target, path, depth)
        if binding.what is BindingKind.FUNCTION:
            return (FunctionValue(Fn(path, binding.target)),)
        if binding.what is BindingKind.CLASS:
            return (ClassValue(Cls(path, binding.target)),)
        if binding.value is not None and binding.value.ref.kind is not Kind.UNKNOWN:
            return self.resolve(declared_as(binding.declared, binding.value.ref), path, depth - 1)
        return (Unresolved("its type is not known"),)

    def _star_sources(self, path: str, name: str) -> Iterator[Key | ExternalValue | ModuleValue]:
        """Yield what star imports may take a name from, the last import first.

        These are names that modules bind, modules, and names outside the project.
        """
        pending = [(star, path) for star in self.store.load(path).facts.stars]
        seen: set[str] = {path}
        while pending:
            star, importer = pending.pop()
            target = self.index.find(star, importer)
            if target is None:
                if name in _exported(star):
                    yield ExternalValue(f"{star}.{name}")
                continue
            facts = self.store.load(target).facts
            if target in seen or not _exports(facts, name):
                continue
            seen.add(target)
            if name in facts.bindings:
                yield target, name
                continue
            inner = self.index.find(f"{star}.{name}", importer) if facts.exports else None
            if inner is not None:
                yield ModuleValue(inner)  # `__all__` names a module of the package
            pending.extend((further, target) for further in facts.stars)

    def dotted(
        self, name: str, importer: str, depth: int = limits.NAME_DEPTH
    ) -> tuple[AbstractValue, ...]:
        """Return the values of an absolute dotted name, as imported by a file."""
        if depth <= 0:
            return (Unresolved("too many steps"),)
        parts = name.split(".")
        for length in range(len(parts), 0, -1):
            path = self.index.find(".".join(parts[:length]), importer)
            if path is None or (length < len(parts) and is_namespace(path)):
                continue
            found: tuple[AbstractValue, ...] = (ModuleValue(path),)
            if length == 1 and len(parts) > 1 and not self._has(path, parts[1]):
                break  # a folder that happens to be called like an installed package
            for part in parts[length:]:
                found = unique(
                    e for entity in found for e in self.attribute(entity, part, depth - 1)
                )
            return found
        return (ExternalValue(name),)

    def constant(self, ref: Ref, path: str) -> tuple[Value, str] | None:
        """The value of a module-level name that is assigned exactly once, and its module."""
        if ref.kind is Kind.IMPORT and not ref.path:
            return self._imported_constant(ref.name, path)
        if ref.kind is not Kind.GLOBAL:
            return None
        bindings = self.store.load(path).facts.bindings.get(ref.name, ())
        if len(bindings) != 1:
            return None
        binding = bindings[0]
        if binding.what is BindingKind.IMPORT:
            return self._imported_constant(".".join((binding.target, *ref.path)), path)
        return (binding.value, path) if binding.value is not None and not ref.path else None

    def with_sdk(self, name: str, importer: str) -> bool | None:
        """Return the truth of an imported name where the SDK is, if it tells whether it is.

        No value is looked at, as that may be asked while functions are read.
        """
        found = self._only_binding(name, importer)
        if found is None:
            return None
        only = found[0]
        return True if _is_import_of_sdk(only) else only.with_sdk

    def is_function(self, name: str, importer: str) -> bool:
        """True if an imported name is that of a function, and of nothing else."""
        found = self._only_binding(name, importer)
        return found is not None and found[0].what is BindingKind.FUNCTION

    def _imported_constant(self, name: str, importer: str) -> tuple[Value, str] | None:
        found = self._only_binding(name, importer)
        value = found[0].value if found is not None else None
        return (value, found[1]) if found is not None and value is not None else None

    def _only_binding(self, name: str, importer: str) -> tuple[Binding, str] | None:
        """The only thing that an imported name is bound to, and the module where it is.

        That is an import only if it is one of something outside the project.
        """
        found: tuple[Binding, str] | None = None
        for _ in range(limits.NAME_DEPTH):
            module, _, last = name.rpartition(".")
            path = self.index.find(module, importer) if module else None
            if path is None:
                return found
            bindings = self.store.load(path).facts.bindings.get(last, ())
            if len(bindings) != 1:
                return None
            found = bindings[0], path
            if bindings[0].what is not BindingKind.IMPORT:
                return found
            name, importer = bindings[0].target, path
        return None

    def _has(self, path: str, name: str) -> bool:
        """True if the project may have a top-level module of that name."""
        facts = self.store.load(path).facts
        known = name in facts.bindings or facts.stars or "__getattr__" in facts.functions
        return bool(known) or self.index.find(f"{facts.name}.{name}", path) is not None

    def module_attribute(self, path: str, name: str) -> tuple[AbstractValue, ...]:
        """Return the values of an attribute of a module."""
        module = self.store.load(path)
        if name in module.facts.bindings or module.facts.stars:
            found = self.name(path, name)
            if name in module.facts.bindings or not _is_builtin_entity(found):
                return found
        inner = self.index.find(f"{module.facts.name}.{name}", path) if module.facts.name else None
        if inner is not None:
            return (ModuleValue(inner),)
        if is_namespace(path):  # a folder says nothing of an installed package of its name
            return (ExternalValue(f"{module.facts.name}.{name}"),)
        return (Unresolved(f"`{name}` is not defined in `{module.facts.name}`"),)


def _refs_in(ref: Ref) -> Iterator[Ref]:
    """A ref, and all that it is made of."""
    pending = [ref]
    seen: set[Ref] = set()
    while pending:
        at = pending.pop()
        if at not in seen:
            seen.add(at)
            yield at
            pending.extend(at.others if at.of is None else (at.of, *at.others))


def _exports(facts: ModuleFacts, name: str) -> bool:
    """True if a star import of a module takes a name that it may have."""
    return name in facts.exports if facts.exports is not None else not name.startswith("_")


def _is_something(entity: AbstractValue) -> bool:
    """True if an entity is more than a stand-in for what only type checkers import."""
    name = entity.name if isinstance(entity, ExternalValue) else ""
    return not isinstance(entity, Unresolved) and name not in ("typing.Any", "builtins.object")


def _is_import_of_sdk(binding: Binding) -> bool:
    return binding.what is BindingKind.IMPORT and is_of_sdk(binding.target)


def _is_builtin_entity(found: tuple[AbstractValue, ...]) -> bool:
    return all(
        isinstance(e, Unresolved)
        or (isinstance(e, ExternalValue) and e.name.startswith("builtins."))
        for e in found
    )


def _exported(module: str) -> frozenset[str]:
    """The public names of a standard module, for ``from time import *``."""
    import importlib
    import sys

    # Only a module of this Python may be imported here: another one could be anybody's.
    if module.partition(".")[0] not in sys.stdlib_module_names or module in ("this", "antigravity"):
        return frozenset()
    try:
        loaded = importlib.import_module(module)
    except ImportError:
        return frozenset()
    names = getattr(loaded, "__all__", None) or [n for n in dir(loaded) if not n.startswith("_")]
    return frozenset(names)
