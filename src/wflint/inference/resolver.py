"""Resolves what facts refer to: names, attributes, and what calls give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from msgspec.structs import replace

from wflint import limits
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import ClassFacts, Kind, Ref, Value
from wflint.inference import builtin_types
from wflint.inference.attributes import Members
from wflint.inference.declared import together
from wflint.inference.environments import Memory, keyword_of
from wflint.inference.library_types import ATTRIBUTES, is_opaque
from wflint.inference.literals import Literals
from wflint.inference.names import Names
from wflint.inference.return_values import Results, stands_for_another
from wflint.inference.values import (
    NOT_KNOWN,
    Entity,
    Env,
    External,
    GivenParam,
    OwnClass,
    OwnFunction,
    OwnInstance,
    OwnModule,
    SuperOf,
    TypeArgument,
    Types,
    Unresolved,
    held,
    is_callable_type,
    joined,
    of_object,
    unique,
)
from wflint.project.module_index import ModuleIndex
from wflint.project.store import Store

_TOO_MANY = Unresolved("it would take too many steps to find out")

_CIRCLE = (Unresolved("it is defined in a circle"),)


class Resolver:
    """Answers what a :class:`Ref` of a module stands for. Alternatives give several answers."""

    def __init__(
        self, store: Store, index: ModuleIndex, gives: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.store = store
        self.index = index
        self.names = Names(
            store, index, lambda r, p, d: self.resolve_afresh(r, p, d), self.attribute
        )
        self.members = Members(store, self)
        self.literals = Literals(self)
        self.memory = Memory(self)
        self.results = Results(self, gives)
        self._open = 0  # how many questions are being answered, one in the other
        self._left = 0  # how many more may be asked to answer the outermost
        self._known: dict[tuple[Ref, str, Cls | None, Env], tuple[Entity, ...]] = {}

    # What others ask.

    def name(self, path: str, name: str) -> tuple[Entity, ...]:
        """Return the values of a module-level name of a module; builtins included."""
        return self.names.name(path, name)

    def dotted(self, name: str, importer: str) -> tuple[Entity, ...]:
        """Return the values of an absolute dotted name, as imported by a file."""
        return self.names.dotted(name, importer)

    def constant(self, ref: Ref, path: str) -> tuple[Value, str] | None:
        """The value of a module-level name that is assigned exactly once, and its module."""
        return self.names.constant(ref, path)

    def facts_of(self, cls: Cls) -> ClassFacts | None:
        """The facts of a class."""
        return self.members.facts_of(cls)

    def order(self, cls: Cls) -> tuple[tuple[Cls, ...], tuple[str, ...]]:
        """The project's classes in the method resolution order of a class, and external bases."""
        return self.members.order(cls)

    def returned(self, function: OwnFunction, depth: int = limits.DEPTH) -> tuple[Entity, ...]:
        """Return the values that calling a function of the project gives."""
        return self.results.returned(function, depth)

    def learn(self, learned: Mapping[tuple[Cls, str], Iterable[Entity]]) -> bool:
        """Take over what a search has seen put into attributes that it then asked for in vain.

        True if that is anything new: the search is worth repeating.
        """
        members = self.members
        new = {
            key: unique((*members.learned.get(key, ()), *values))
            for key, values in learned.items()
            if key in members.unknown
        }
        changed = any(values != members.learned.get(key, ()) for key, values in new.items())
        if changed:
            members.learned.update(new)
            self._known.clear()
        return changed

    def resolve(
        self,
        ref: Ref,
        path: str,
        receiver: Cls | None = None,
        depth: int = limits.DEPTH,
        env: Env = (),
    ) -> tuple[Entity, ...]:
        """Return the values that ``ref``, found in the module ``path``, may stand for.

        ``receiver`` is the class of the object that the enclosing method was called on, ``env``
        what is known of the parameters. Nothing at all: it is ``None``, or was left out.
        """
        if depth <= 0:
            return (_TOO_MANY,)
        key = (ref, path, receiver, env)
        known = self._known.get(key)
        if known is not None:
            return known
        if self._open == 0:
            self._left = limits.QUESTIONS
        self._left -= 1
        if self._left < 0:
            return (_TOO_MANY,)
        self._known[key] = _CIRCLE
        self._open += 1
        try:
            found = self._resolve(ref, path, receiver, depth, env)
        except BaseException:  # the question may be asked again, from elsewhere
            del self._known[key]
            raise
        finally:
            self._open -= 1
        if self._left >= 0 and _TOO_MANY not in found:
            self._known[key] = found
        else:  # it says less than a question of its own would
            del self._known[key]
        return found

    def resolve_afresh(self, ref: Ref, path: str, depth: int) -> tuple[Entity, ...]:
        """Return the values of a ref where the answer is kept: a question of its own."""
        before = self._open, self._left
        self._open = 0
        try:
            return self.resolve(ref, path, None, depth)
        finally:
            self._open, self._left = before

    def _resolve(
        self, ref: Ref, path: str, receiver: Cls | None, depth: int, env: Env
    ) -> tuple[Entity, ...]:
        found = self._root(ref, path, receiver, depth, env)
        for name in ref.path:
            found = unique(e for entity in found for e in self.attribute(entity, name, depth - 1))
        return found

    def _root(
        self, ref: Ref, path: str, receiver: Cls | None, depth: int, env: Env
    ) -> tuple[Entity, ...]:
        match ref.kind:
            case Kind.GLOBAL:
                return self._type_parameter(ref, path, env) or self.names.name(path, ref.name)
            case Kind.IMPORT:
                return self.names.dotted(ref.name, path, depth)
            case Kind.LOCAL:
                return (self._local(ref.name, path, receiver, env),)
            case Kind.SELF:
                return (OwnInstance(receiver or Cls(path, ref.name), env=of_object(env)),)
            case Kind.CLS:
                return (OwnClass(receiver or Cls(path, ref.name)),)
            case Kind.SUPER:
                return (self._super(ref, path, receiver, env),)
            case Kind.UNKNOWN:
                return NOT_KNOWN

        def inner(other: Ref) -> tuple[Entity, ...]:
            return self.resolve(other, path, receiver, depth - 1, env)

        match ref.kind:
            case Kind.LITERAL:
                return (_literal(ref, [inner(o) for o in ref.others]),)
            case Kind.PARAM:
                return self._param(ref, path, inner(ref.of) if ref.of is not None else (), env)
            case Kind.DECLARED if ref.of is not None:
                return self.together(inner(ref.of), inner(ref.others[0]))
            case Kind.EITHER:
                return unique(e for other in ref.others for e in inner(other))
            case Kind.OR:
                return self._or(inner(ref.others[0]), ref, inner)
            case Kind.OPERATION:
                return self._operation(ref, [inner(o) for o in ref.others])
        if ref.of is None:
            return NOT_KNOWN
        of = inner(ref.of)
        match ref.kind:
            case Kind.KEYWORD | Kind.TYPEVAR:
                return of
            case Kind.UNAWAITED:
                return self.results.unawaited(ref.of, of, inner)
            case Kind.INSTANCE:
                return unique(self.as_instance(e) for e in of)
            case Kind.PARTIAL:
                return tuple(self.memory.partial(e, ref, inner) for e in of)
            case Kind.ITEM if ref.name:
                return self.literals.under_key(ref, of, path, receiver, depth, env)
            case Kind.ITEM:
                args = [tuple(map(self.as_instance, inner(o))) for o in ref.others]
                return unique(e for entity in of for e in self.item(entity, args, depth))
            case Kind.ELEMENT:
                return unique(e for entity in of for e in self.element(entity, depth))
            case Kind.PART:
                exact = self.literals.part_of(ref, path, receiver, depth, env)
                if exact is not None:
                    return exact
                number = int(ref.name, 0) if ref.name.lstrip("-").isdigit() else 0
                return unique(e for entity in of for e in self._part(entity, number, depth))
            case Kind.ENTERED:
                return unique(e for entity in of for e in self.entered(entity, depth))
        given = [(keyword_of(o), inner(o)) for o in ref.others]
        return unique(e for entity in of for e in self.results.of_call(entity, given, depth))

    # EntryPoints.

    def _super(self, ref: Ref, path: str, receiver: Cls | None, env: Env) -> Entity:
        """``super()``, or ``super(Base, self)``, which starts behind the class it is given."""
        owner = Cls(path, ref.name)
        for entity in self.resolve(ref.of, path, receiver, env=env) if ref.of is not None else ():
            if isinstance(entity, OwnClass):
                return SuperOf(entity.cls, receiver or owner, of_object(env))
        return SuperOf(owner, receiver or owner, of_object(env))

    def _type_parameter(self, ref: Ref, path: str, env: Env) -> tuple[Entity, ...] | None:
        for entry in env:
            is_same = entry.name == ref.name and entry.owner.path == path
            if is_same and type(entry) is TypeArgument:
                return tuple(_as_class(e) for e in entry.values)
        return None

    def _local(self, name: str, path: str, receiver: Cls | None, env: Env) -> Entity:
        """A nested class or function; that remembers the parameters of the functions around it."""
        if self.store.class_facts(Cls(path, name)) is not None:
            return OwnClass(Cls(path, name))
        around = [
            h
            for h in env
            if type(h) is GivenParam
            and h.owner.path == path
            and name.startswith(f"{h.owner.qualname}.")
        ]
        return OwnFunction(Fn(path, name), receiver, env=joined(of_object(env), around))

    def _param(
        self, ref: Ref, path: str, declared: tuple[Entity, ...], env: Env
    ) -> tuple[Entity, ...]:
        given = held(env, Fn(path, ref.owner), ref.name)
        if given is not None:
            return self.together(declared, given) if given else ()
        return tuple(e for e in declared if not is_callable_type(e)) or (
            Unresolved("it is a parameter without a type"),
        )

    def _or(self, left: tuple[Entity, ...], ref: Ref, inner: object) -> tuple[Entity, ...]:
        """``a or b`` is ``b`` where ``a`` is surely missing, else what is known of ``a``."""
        if left and all(not _is_vague(e) for e in left):
            return left
        assert callable(inner)
        right: tuple[Entity, ...] = inner(ref.others[1])
        if all(_is_none(e) or is_callable_type(e) for e in left):
            return right
        return unique((*left, *right))

    def _operation(self, ref: Ref, sides: list[tuple[Entity, ...]]) -> tuple[Entity, ...]:
        found: list[Entity] = []
        for left in sides[0]:
            for right in sides[1]:
                given = builtin_types.operation(ref.name, left, right)
                found.append(given if given is not None else NOT_KNOWN[0])
        return unique(found) or NOT_KNOWN

    # Types.

    def together(
        self, declared: tuple[Entity, ...], given: tuple[Entity, ...]
    ) -> tuple[Entity, ...]:
        """Return the values of something declared for which something is given."""
        return together(declared, given, self)

    def as_instance(self, entity: Entity) -> Entity:
        """An instance of the class that an entity is."""
        if isinstance(entity, OwnClass):
            return OwnInstance(entity.cls, entity.args)
        if isinstance(entity, External):
            name = builtin_types.ALIASES.get(entity.name, entity.name)
            if name == "builtins.type" and entity.args and entity.args[0]:
                return _as_class(entity.args[0][0])
            return builtin_types.made(name, entity.args)
        return NOT_KNOWN[0]

    def item(
        self, entity: Entity, args: list[tuple[Entity, ...]], depth: int
    ) -> tuple[Entity, ...]:
        """``Class[...]`` with its parameters, or what is found under a key."""
        if isinstance(entity, OwnClass):
            return (OwnClass(entity.cls, _known(args)),)
        if isinstance(entity, OwnInstance):
            return self.method_result(entity, ("__getitem__",), depth)
        if isinstance(entity, External) and not entity.instance:
            last = entity.name.rpartition(".")[2]
            is_builtin_class = entity.name.startswith("builtins.") and bool(args)
            is_builtin_class = is_builtin_class or entity.name in builtin_types.GENERICS
            is_builtin_class = is_builtin_class or self.results.makes(entity.name)
            if is_builtin_class or (last[:1].isupper() and not last.isupper()):
                return (replace(entity, args=_known(args)),)
            return NOT_KNOWN
        if isinstance(entity, External):
            given = self.results.gives.get(f"{entity.name}.__getitem__")
            if given is not None:
                return (builtin_types.made(given),)
        return builtin_types.items(entity)

    def element(self, entity: Entity, depth: int = limits.DEPTH) -> tuple[Entity, ...]:
        """Return what a loop over an entity gives."""
        if isinstance(entity, OwnClass):  # an enumeration
            return (OwnInstance(entity.cls),)
        if not isinstance(entity, OwnInstance):
            return builtin_types.elements(entity)
        found = self.method_result(entity, ("__iter__", "__aiter__"), depth)
        result: list[Entity] = []
        for one in found:
            if isinstance(one, OwnInstance):
                result += self.method_result(one, ("__next__", "__anext__"), depth)
            else:
                result += builtin_types.elements(one)
        return unique(result) or NOT_KNOWN

    def _part(self, entity: Entity, number: int, depth: int) -> tuple[Entity, ...]:
        if not isinstance(entity, OwnInstance):
            return builtin_types.part(entity, number)
        fields = self.memory.fields(entity.cls)
        if self.members.method(entity.cls, "__getitem__") is None and -len(fields) <= number < len(
            fields
        ):
            return self.attribute(entity, fields[number], depth - 1)
        return self.method_result(entity, ("__getitem__",), depth)

    def entered(self, entity: Entity, depth: int) -> tuple[Entity, ...]:
        """Return what ``with entity as x`` binds."""
        if isinstance(entity, OwnInstance):
            return self.method_result(entity, ("__enter__", "__aenter__"), depth)
        if isinstance(entity, External) and entity.name.startswith("collections.abc."):
            return builtin_types.first(entity.args)  # a generator under `contextmanager`
        if isinstance(entity, External) and entity.name.startswith("contextlib.") and entity.args:
            return builtin_types.first(entity.args)
        return (entity,) if isinstance(entity, External) else NOT_KNOWN

    def method_result(
        self, of: OwnInstance, names: tuple[str, ...], depth: int
    ) -> tuple[Entity, ...]:
        for name in names:
            if self.members.method(of.cls, name) is None:
                continue
            found = self.attribute(of, name, depth - 1)
            return unique(
                e
                for f in found
                if isinstance(f, OwnFunction)
                for e in self.results.returned(f, depth - 1)
            )
        return NOT_KNOWN

    # Attributes.

    def attribute(self, entity: Entity, name: str, depth: int = limits.DEPTH) -> tuple[Entity, ...]:
        """Return the values of an attribute of an entity."""
        if isinstance(entity, External) and entity.args and stands_for_another(entity.name, name):
            return unique(e for of in entity.args[0] for e in self.attribute(of, name, depth))
        if isinstance(entity, External):
            return (_external_attribute(entity, name),)
        if depth <= 0:
            return (_TOO_MANY,)
        match entity:
            case OwnModule():
                return self.names.module_attribute(entity.path, name)
            case OwnClass() | OwnInstance():
                return self.members.attribute(entity, name, depth)
            case SuperOf():
                return self.members.after(entity, name, depth)
            case OwnFunction() if name == "__call__" or name == "__wrapped__":
                return (entity,)
            case OwnFunction():
                return (Unresolved(f"`{name}` is an attribute of a function"),)
        return (entity,) if isinstance(entity, Unresolved) else NOT_KNOWN


def _literal(ref: Ref, others: list[tuple[Entity, ...]]) -> Entity:
    name = f"builtins.{ref.name}"
    if not others:
        return External(name, instance=True)
    if ref.name == "tuple":
        return External(name, instance=True, args=tuple(others))
    inner = unique(e for one in others for e in one)
    return External(name, instance=True, args=((), inner) if ref.name == "dict" else (inner,))


def _as_class(entity: Entity) -> Entity:
    """The class of an instance."""
    if isinstance(entity, OwnInstance):
        return OwnClass(entity.cls, entity.args)
    if isinstance(entity, External):
        return External(entity.name, args=entity.args)
    return entity


def _known(args: list[tuple[Entity, ...]]) -> Types:
    return tuple(() if any(isinstance(e, Unresolved) for e in arg) else arg for arg in args)


def _is_vague(entity: Entity) -> bool:
    """True of what may be missing, or anything."""
    if isinstance(entity, External):
        return _is_none(entity) or is_callable_type(entity) or is_opaque(entity)
    return isinstance(entity, Unresolved)


def _is_none(entity: Entity) -> bool:
    return isinstance(entity, External) and entity.name in ("builtins.None", "builtins.NoneType")


def _external_attribute(entity: External, name: str) -> Entity:
    full = f"{entity.name}.{name}"
    if entity.instance and full in ATTRIBUTES:
        of = ATTRIBUTES[full]
        return External(of, instance=True, base=len(of))
    return External(full, base=entity.base, args=entity.args)
