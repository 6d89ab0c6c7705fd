"""Resolves what facts refer to: names through imports and re-exports, attributes, methods."""

from __future__ import annotations

from msgspec.structs import replace

from wflint.builtin_names import is_builtin
from wflint.facts.model import Binding, ClassFacts, FunctionHead, Kind, Ref, Value
from wflint.program.classes import ClassOrders
from wflint.program.entities import (
    Entity,
    External,
    OwnClass,
    OwnFunction,
    OwnInstance,
    OwnModule,
    SuperOf,
    Unresolved,
)
from wflint.program.external import ATTRIBUTES, RESULTS
from wflint.program.folders import is_namespace
from wflint.program.modules import ModuleIndex
from wflint.program.store import Cls, Fn, Store

_DEEP = 12
"""How many assignments, results and annotations are followed from one reference."""

_SPECIAL = frozenset({"property", "cached_property"})


class Resolver:
    """Answers what a :class:`Ref` of a module stands for. Alternatives give several answers."""

    def __init__(self, store: Store, index: ModuleIndex) -> None:
        self.store = store
        self.index = index
        self._names: dict[tuple[str, str], tuple[Entity, ...]] = {}
        self._classes = ClassOrders(self.bases)

    def resolve(
        self, ref: Ref, path: str, receiver: Cls | None = None, depth: int = _DEEP
    ) -> tuple[Entity, ...]:
        """What ``ref``, found in the module ``path``, stands for.

        ``receiver`` is the class of the object that the enclosing method was called on.
        """
        if depth <= 0:
            return (Unresolved("too many steps"),)
        found = self._root(ref, path, receiver, depth)
        for name in ref.path:
            found = _unique(e for entity in found for e in self.attribute(entity, name, depth - 1))
        return found

    def _root(self, ref: Ref, path: str, receiver: Cls | None, depth: int) -> tuple[Entity, ...]:
        match ref.kind:
            case Kind.GLOBAL:
                return self.name(path, ref.name)
            case Kind.IMPORT:
                return self.dotted(ref.name, path, depth)
            case Kind.LOCAL:
                return (OwnFunction(Fn(path, ref.name), receiver),)
            case Kind.SELF:
                return (OwnInstance(receiver or Cls(path, ref.name)),)
            case Kind.CLS:
                return (OwnClass(receiver or Cls(path, ref.name)),)
            case Kind.SUPER:
                owner = Cls(path, ref.name)
                return (SuperOf(owner, receiver or owner),)
            case Kind.LITERAL:
                return (External(f"builtins.{ref.name}", instance=True),)
            case Kind.PARAM:
                return (Unresolved("it is a parameter without a type"),)
            case Kind.EITHER:
                refs = ref.others
                return _unique(e for r in refs for e in self.resolve(r, path, receiver, depth - 1))
        if ref.of is None:
            return (Unresolved("its type is not known"),)
        inner = self.resolve(ref.of, path, receiver, depth - 1)
        if ref.kind is Kind.PARTIAL:
            return tuple(_as_partial(e) for e in inner)
        if ref.kind is Kind.ITEM:
            return _unique(_generic(e) for e in inner)
        if ref.kind is Kind.INSTANCE:
            return _unique(self._instance(e) for e in inner)
        return _unique(e for entity in inner for e in self._result(entity, depth - 1))

    def _instance(self, entity: Entity) -> Entity:
        if isinstance(entity, OwnClass):
            return OwnInstance(entity.cls)
        if isinstance(entity, External):
            return External(entity.name, instance=True, base=len(entity.name))
        return Unresolved("its type is not known")

    def _result(self, entity: Entity, depth: int) -> tuple[Entity, ...]:
        """What calling an entity gives."""
        if isinstance(entity, OwnClass):
            return (OwnInstance(entity.cls),)
        if isinstance(entity, External):
            name = RESULTS.get(entity.name, entity.name)
            return (External(name, instance=True, base=len(name)),)
        if isinstance(entity, OwnFunction):
            head = self.store.head(entity.fn)
            if head is not None and head.returns.kind is not Kind.UNKNOWN and not head.is_generator:
                if head.returns.name == "Self" and entity.receiver is not None:
                    return (OwnInstance(entity.receiver),)
                returned = self.resolve(head.returns, entity.fn.path, entity.receiver, depth)
                return _unique(self._instance(e) for e in returned)
        return (Unresolved("its type is not known"),)

    # Names.

    def name(self, path: str, name: str) -> tuple[Entity, ...]:
        """What a module-level name of a module stands for; builtins included."""
        key = (path, name)
        known = self._names.get(key)
        if known is None:
            self._names[key] = (Unresolved("it is defined in a circle"),)
            known = self._names[key] = self._name(path, name, _DEEP)
        return known

    def _name(self, path: str, name: str, depth: int) -> tuple[Entity, ...]:
        module = self.store.load(path)
        bindings = module.facts.bindings.get(name)
        if bindings is not None:
            real = _unique(
                e for b in bindings if not b.typed for e in self._binding(b, path, depth)
            )
            if any(_is_something(e) for e in real):
                return real
            return _unique(e for b in bindings for e in self._binding(b, path, depth))
        for star in reversed(module.facts.stars):
            found = self._from_star(star, name, path, depth)
            if found:
                return found
        if is_builtin(name):
            return (External(f"builtins.{name}"),)
        return (Unresolved(f"`{name}` is not defined in its module"),)

    def _binding(self, binding: Binding, path: str, depth: int) -> tuple[Entity, ...]:
        if binding.what == "import":
            return self.dotted(binding.target, path, depth)
        if binding.what == "function":
            return (OwnFunction(Fn(path, binding.target)),)
        if binding.what == "class":
            return (OwnClass(Cls(path, binding.target)),)
        if binding.value is not None and binding.value.ref.kind is not Kind.UNKNOWN:
            return self.resolve(binding.value.ref, path, None, depth - 1)
        return (Unresolved("its type is not known"),)

    def _from_star(self, star: str, name: str, path: str, depth: int) -> tuple[Entity, ...]:
        target = self.index.find(star, path)
        if target is None:
            known = _exported(star)
            return (External(f"{star}.{name}"),) if name in known else ()
        facts = self.store.load(target).facts
        if facts.exports is not None and name not in facts.exports:
            return ()
        if facts.exports is None and name.startswith("_"):
            return ()
        inner = self.index.find(f"{star}.{name}", path) if facts.exports is not None else None
        if inner is not None and name not in facts.bindings:
            return (OwnModule(inner),)  # `__all__` names a module of the package
        found = self.name(target, name)
        here = name in facts.bindings or facts.stars
        return found if here and not _is_builtin_entity(found) else ()

    def dotted(self, name: str, importer: str, depth: int = _DEEP) -> tuple[Entity, ...]:
        """What an absolute dotted name stands for, as imported by a file."""
        if depth <= 0:
            return (Unresolved("too many steps"),)
        parts = name.split(".")
        for length in range(len(parts), 0, -1):
            path = self.index.find(".".join(parts[:length]), importer)
            if path is None or (length < len(parts) and is_namespace(path)):
                continue
            found: tuple[Entity, ...] = (OwnModule(path),)
            if length == 1 and len(parts) > 1 and not self._has(path, parts[1]):
                break  # a folder that happens to be called like an installed package
            for part in parts[length:]:
                found = _unique(
                    e for entity in found for e in self.attribute(entity, part, depth - 1)
                )
            return found
        return (External(name),)

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
        if binding.what == "import":
            return self._imported_constant(".".join((binding.target, *ref.path)), path)
        return (binding.value, path) if binding.value is not None and not ref.path else None

    def _imported_constant(self, name: str, importer: str) -> tuple[Value, str] | None:
        for _ in range(_DEEP):
            module, _, last = name.rpartition(".")
            path = self.index.find(module, importer) if module else None
            if path is None:
                return None
            bindings = self.store.load(path).facts.bindings.get(last, ())
            if len(bindings) != 1:
                return None
            value = bindings[0].value
            if bindings[0].what != "import":
                return (value, path) if value is not None else None
            name, importer = bindings[0].target, path
        return None

    def _has(self, path: str, name: str) -> bool:
        """Whether a top-level module of the project may have a name."""
        facts = self.store.load(path).facts
        known = name in facts.bindings or facts.stars or "__getattr__" in facts.functions
        return bool(known) or self.index.find(f"{facts.name}.{name}", path) is not None

    # Attributes.

    def attribute(self, entity: Entity, name: str, depth: int = _DEEP) -> tuple[Entity, ...]:
        """What an attribute of an entity stands for."""
        if depth <= 0:
            return (Unresolved("too many steps"),)
        match entity:
            case External():
                return (self._external_attribute(entity, name),)
            case OwnModule():
                return self._module_attribute(entity.path, name, depth)
            case OwnClass():
                return self._member(entity.cls, entity.cls, name, depth, on_instance=False)
            case OwnInstance():
                return self._member(entity.cls, entity.cls, name, depth, on_instance=True)
            case SuperOf():
                return self._after(entity, name, depth)
        return (Unresolved("its type is not known"),)

    def _external_attribute(self, entity: External, name: str) -> Entity:
        full = f"{entity.name}.{name}"
        if entity.instance and full in ATTRIBUTES:
            of = ATTRIBUTES[full]
            return External(of, instance=True, base=len(of))
        return External(full, base=entity.base)

    def _module_attribute(self, path: str, name: str, depth: int) -> tuple[Entity, ...]:
        module = self.store.load(path)
        if name in module.facts.bindings or module.facts.stars:
            found = self.name(path, name)
            if name in module.facts.bindings or not _is_builtin_entity(found):
                return found
        inner = self.index.find(f"{module.facts.name}.{name}", path) if module.facts.name else None
        if inner is not None:
            return (OwnModule(inner),)
        if is_namespace(path):  # a folder says nothing of an installed package of its name
            return (External(f"{module.facts.name}.{name}"),)
        return (Unresolved(f"`{name}` is not defined in `{module.facts.name}`"),)

    def facts_of(self, cls: Cls) -> ClassFacts | None:
        """The facts of a class."""
        return self.store.load(cls.path).facts.classes.get(cls.qualname)

    def _member(
        self, cls: Cls, receiver: Cls, name: str, depth: int, *, on_instance: bool
    ) -> tuple[Entity, ...]:
        order, externals = self.order(cls)
        for base in order:
            found = self._own_member(base, receiver, name, depth, on_instance)
            if found is not None:
                return found
        for base in order if on_instance else ():
            found = self._set_in_init(base, receiver, name, depth)
            if found is not None:
                return found
        own = any(name in f.attributes for c in order if (f := self.facts_of(c)) is not None)
        if len(externals) == 1 and not own:
            return (External(f"{externals[0]}.{name}", instance=False, base=len(externals[0])),)
        return (Unresolved(f"`{name}` is not a method or typed attribute of `{cls.qualname}`"),)

    def _after(self, entity: SuperOf, name: str, depth: int) -> tuple[Entity, ...]:
        order, externals = self.order(entity.receiver)
        rest = order[order.index(entity.owner) + 1 :] if entity.owner in order else ()
        for base in rest:
            found = self._own_member(base, entity.receiver, name, depth, True)
            if found is not None:
                return found
        if len(externals) == 1:
            return (External(f"{externals[0]}.{name}", base=len(externals[0])),)
        return (Unresolved(f"`super().{name}` has no definition in the project"),)

    def _own_member(
        self, base: Cls, receiver: Cls, name: str, depth: int, on_instance: bool
    ) -> tuple[Entity, ...] | None:
        facts = self.facts_of(base)
        if facts is None:
            return None
        if name in facts.methods:
            methods = _alternatives(facts.methods, name)
            found = (self._method(m, base, receiver, depth, on_instance) for m in methods)
            return _unique(e for entities in found for e in entities)
        if name in facts.attributes:
            nested = Cls(base.path, f"{base.qualname}.{name}")
            if self.facts_of(nested) is not None:
                return (OwnClass(nested),)
            ref = facts.attributes[name]
            if ref.kind is Kind.UNKNOWN and on_instance:
                return None  # `clock = None` says less than what `__init__` sets
            return self.resolve(ref, base.path, receiver, depth - 1)
        return None

    def _method(
        self, method: FunctionHead, base: Cls, receiver: Cls, depth: int, on_instance: bool
    ) -> tuple[Entity, ...]:
        if on_instance and any(_last(d.target) in _SPECIAL for d in method.decorators):
            return self._instances(method.returns, base.path, depth)
        bound = on_instance or any(_last(d.target) == "classmethod" for d in method.decorators)
        return (OwnFunction(Fn(base.path, method.qualname), receiver, bound),)

    def _set_in_init(
        self, base: Cls, receiver: Cls, name: str, depth: int
    ) -> tuple[Entity, ...] | None:
        """An attribute that ``__init__`` sets on the new object."""
        facts = self.facts_of(base)
        init = facts.methods.get("__init__") if facts is not None else None
        if init is None:
            return None
        ref = self.store.body(Fn(base.path, init.qualname)).attributes.get(name)
        if ref is None:
            return None
        return self.resolve(ref, base.path, receiver, depth - 1)

    def _instances(self, of: Ref, path: str, depth: int) -> tuple[Entity, ...]:
        if of.kind is Kind.UNKNOWN:
            return (Unresolved("it is a property without a type"),)
        return _unique(self._instance(e) for e in self.resolve(of, path, None, depth - 1))

    def order(self, cls: Cls) -> tuple[tuple[Cls, ...], tuple[str, ...]]:
        """The project's classes in the method resolution order of a class, and external bases."""
        return self._classes.order(cls)

    def bases(self, cls: Cls) -> tuple[list[Cls], list[str]]:
        """The direct bases of a class: those of the project, and the names of external ones."""
        facts = self.facts_of(cls)
        own: list[Cls] = []
        externals: list[str] = []
        for ref in facts.bases if facts is not None else ():
            for entity in self.resolve(ref, cls.path)[:1]:
                if isinstance(entity, OwnClass) and entity.cls != cls:
                    own.append(entity.cls)
                elif not (isinstance(entity, External) and entity.name in _HARMLESS_BASES):
                    externals.append(entity.name if isinstance(entity, External) else "?")
        return own, externals


def _generic(entity: Entity) -> Entity:
    """What ``Class[...]`` is: the class. An element of anything else is not known."""
    if isinstance(entity, OwnClass):
        return entity
    name = entity.name.rpartition(".")[2] if isinstance(entity, External) else ""
    is_class = name[:1].isupper() and not name.isupper()
    if is_class and isinstance(entity, External) and not entity.instance:
        return entity
    return Unresolved("its type is not known")


def _as_partial(entity: Entity) -> Entity:
    if isinstance(entity, (External, OwnFunction)):
        return replace(entity, partial=True)
    return entity


_HARMLESS_BASES = frozenset(
    {
        "abc.ABC",
        "builtins.object",
        "typing.Generic",
        "typing.Protocol",
        "typing_extensions.Protocol",
    }
)


def _alternatives(methods: dict[str, FunctionHead], name: str) -> list[FunctionHead]:
    """A method, and those of the same name that other branches define."""
    found, key = [], name
    while key in methods:
        found.append(methods[key])
        key = f"{name}#{len(found) + 1}"
    return found


def _last(ref: Ref) -> str:
    return ref.path[-1] if ref.path else ref.name


def _is_something(entity: Entity) -> bool:
    """Whether an entity is more than a stand-in for what only type checkers import."""
    name = entity.name if isinstance(entity, External) else ""
    return not isinstance(entity, Unresolved) and name not in ("typing.Any", "builtins.object")


def _unique(entities: object) -> tuple[Entity, ...]:
    return tuple(dict.fromkeys(entities))  # type: ignore[call-overload]


def _is_builtin_entity(found: tuple[Entity, ...]) -> bool:
    return all(
        isinstance(e, Unresolved) or (isinstance(e, External) and e.name.startswith("builtins."))
        for e in found
    )


def _exported(module: str) -> frozenset[str]:
    """The public names of a standard module, for ``from time import *``."""
    import importlib
    import sys

    if module.partition(".")[0] not in sys.stdlib_module_names or module in ("this", "antigravity"):
        return frozenset()
    try:
        loaded = importlib.import_module(module)
    except ImportError:
        return frozenset()
    names = getattr(loaded, "__all__", None) or [n for n in dir(loaded) if not n.startswith("_")]
    return frozenset(names)
