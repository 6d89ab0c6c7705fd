"""Resolves what facts refer to: names, attributes, and what calls give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from wflint.facts.annotations import says_little
from wflint.facts.model import Call, ClassFacts, FunctionHead, Kind, Param, Ref, Value
from wflint.program import containers
from wflint.program.entities import (
    Entity,
    Env,
    External,
    Held,
    OwnClass,
    OwnFunction,
    OwnInstance,
    OwnModule,
    SuperOf,
    Types,
    Unresolved,
    depth_of,
    held,
    is_worth_holding,
    joined,
    unique,
)
from wflint.program.external import ATTRIBUTES, RESULTS
from wflint.program.members import Members, is_abstract
from wflint.program.modules import ModuleIndex
from wflint.program.names import Names
from wflint.program.store import Cls, Fn, Store

_DEEP = 40
"""How many assignments, results and annotations are followed from one reference."""

_MAX_BASES = 16
"""How many constructors of bases are followed from one constructor."""

_MAX_NESTED = 3
"""How deep environments are nested in each other: functions that remember functions."""

_RUNS_ITS_ARGUMENT = frozenset(
    f"temporalio.workflow.execute_{what}"
    for what in (
        "activity",
        "activity_class",
        "activity_method",
        "child_workflow",
        "local_activity",
        "local_activity_class",
        "local_activity_method",
    )
)

_NOT_KNOWN = (Unresolved("its type is not known"),)
_CIRCLE = (Unresolved("it is defined in a circle"),)


class Resolver:
    """Answers what a :class:`Ref` of a module stands for. Alternatives give several answers."""

    def __init__(self, store: Store, index: ModuleIndex) -> None:
        self.store = store
        self.index = index
        self.names = Names(
            store, index, lambda r, p, d: self.resolve(r, p, None, d), self.attribute
        )
        self.members = Members(store, self)
        self._known: dict[tuple[Ref, str, Cls | None, Env], tuple[Entity, ...]] = {}
        self._wanted: dict[Fn, frozenset[str]] = {}

    # What others ask.

    def name(self, path: str, name: str) -> tuple[Entity, ...]:
        """What a module-level name of a module stands for; builtins included."""
        return self.names.name(path, name)

    def dotted(self, name: str, importer: str) -> tuple[Entity, ...]:
        """What an absolute dotted name stands for, as imported by a file."""
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
        depth: int = _DEEP,
        env: Env = (),
    ) -> tuple[Entity, ...]:
        """What ``ref``, found in the module ``path``, stands for.

        ``receiver`` is the class of the object that the enclosing method was called on, ``env``
        what is known of the parameters. Nothing at all: it is ``None``, or was left out.
        """
        if depth <= 0:
            return (Unresolved("too many steps"),)
        key = (ref, path, receiver, env)
        known = self._known.get(key)
        if known is None:
            self._known[key] = _CIRCLE
            known = self._known[key] = self._resolve(ref, path, receiver, depth, env)
        return known

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
                return (OwnInstance(receiver or Cls(path, ref.name), env=_of_object(env)),)
            case Kind.CLS:
                return (OwnClass(receiver or Cls(path, ref.name)),)
            case Kind.SUPER:
                return (self._super(ref, path, receiver, env),)
            case Kind.UNKNOWN:
                return _NOT_KNOWN

        def inner(other: Ref) -> tuple[Entity, ...]:
            return self.resolve(other, path, receiver, depth - 1, env)

        match ref.kind:
            case Kind.LITERAL:
                return (_literal(ref, [inner(o) for o in ref.others]),)
            case Kind.PARAM:
                return self._param(ref, path, inner(ref.of) if ref.of is not None else (), env)
            case Kind.EITHER:
                return unique(e for other in ref.others for e in inner(other))
            case Kind.OR:
                return self._or(inner(ref.others[0]), ref, inner)
            case Kind.OPERATION:
                return self._operation(ref, [inner(o) for o in ref.others])
        if ref.of is None:
            return _NOT_KNOWN
        of = inner(ref.of)
        match ref.kind:
            case Kind.KEYWORD | Kind.TYPEVAR:
                return of
            case Kind.INSTANCE:
                return unique(self.as_instance(e) for e in of)
            case Kind.PARTIAL:
                return tuple(self._partial(e, ref, inner) for e in of)
            case Kind.ITEM if ref.name:
                return self._under_key(ref, of, path, receiver, depth, env)
            case Kind.ITEM:
                args = [tuple(map(self.as_instance, inner(o))) for o in ref.others]
                return unique(e for entity in of for e in self._item(entity, args, depth))
            case Kind.ELEMENT:
                return unique(e for entity in of for e in self.element(entity, depth))
            case Kind.PART:
                exact = self._of_literal(ref, path, receiver, depth, env)
                if exact is not None:
                    return exact
                number = int(ref.name, 0) if ref.name.lstrip("-").isdigit() else 0
                return unique(e for entity in of for e in self._part(entity, number, depth))
            case Kind.ENTERED:
                return unique(e for entity in of for e in self._entered(entity, depth))
        given = [(_keyword(o), inner(o)) for o in ref.others]
        return unique(e for entity in of for e in self._result(entity, given, depth))

    # Roots.

    def _super(self, ref: Ref, path: str, receiver: Cls | None, env: Env) -> Entity:
        """``super()``, or ``super(Base, self)``, which starts behind the class it is given."""
        owner = Cls(path, ref.name)
        for entity in self.resolve(ref.of, path, receiver, env=env) if ref.of is not None else ():
            if isinstance(entity, OwnClass):
                return SuperOf(entity.cls, receiver or owner, _of_object(env))
        return SuperOf(owner, receiver or owner, _of_object(env))

    def _type_parameter(self, ref: Ref, path: str, env: Env) -> tuple[Entity, ...] | None:
        for entry in env:
            is_of_class = self.store.class_facts(Cls(*entry.owner)) is not None
            if entry.name == ref.name and entry.owner.path == path and is_of_class:
                return tuple(_as_class(e) for e in entry.values)
        return None

    def _local(self, name: str, path: str, receiver: Cls | None, env: Env) -> Entity:
        """A nested class or function; that remembers the parameters of the functions around it."""
        if self.store.class_facts(Cls(path, name)) is not None:
            return OwnClass(Cls(path, name))
        around = (h for h in env if h.owner.path == path and name.startswith(f"{h.owner[1]}."))
        return OwnFunction(Fn(path, name), receiver, env=joined(_of_object(env), around))

    def _param(
        self, ref: Ref, path: str, declared: tuple[Entity, ...], env: Env
    ) -> tuple[Entity, ...]:
        given = held(env, Fn(path, ref.owner), ref.name)
        if given is not None and not self._says_more(declared, given):
            return given
        if ref.of is not None and declared:
            return tuple(e for e in declared if not _is_callable_type(e)) or (
                Unresolved("it is a parameter without a type"),
            )
        return (Unresolved("it is a parameter without a type"),)

    def _says_more(self, declared: tuple[Entity, ...], given: tuple[Entity, ...]) -> bool:
        """Whether a declared class tells more than the plain dictionary that is given for it."""
        plain = all(isinstance(e, External) and e.name == "builtins.dict" for e in given)
        return bool(given) and plain and any(isinstance(e, OwnInstance) for e in declared)

    def _or(self, left: tuple[Entity, ...], ref: Ref, inner: object) -> tuple[Entity, ...]:
        """``a or b`` is ``b`` where ``a`` is surely missing, else what is known of ``a``."""
        if left and not all(_is_none(e) or _is_callable_type(e) for e in left):
            return left
        assert callable(inner)
        right: tuple[Entity, ...] = inner(ref.others[1])
        return right

    def _operation(self, ref: Ref, sides: list[tuple[Entity, ...]]) -> tuple[Entity, ...]:
        found: list[Entity] = []
        for left in sides[0]:
            for right in sides[1]:
                given = containers.operation(ref.name, left, right)
                found.append(given if given is not None else _NOT_KNOWN[0])
        return unique(found) or _NOT_KNOWN

    # Containers that are written out.

    def literal(self, ref: Ref, path: str, receiver: Cls | None = None) -> tuple[Ref, str] | None:
        """The list or dictionary that a ref is, or that a name or attribute is assigned."""
        if ref.kind is Kind.LITERAL and not ref.path:
            return ref, path
        if ref.kind in (Kind.GLOBAL, Kind.IMPORT):
            constant = self.names.constant(ref, path)
            if constant is not None and constant[0].ref.kind is Kind.LITERAL:
                return constant[0].ref, constant[1]
        if ref.kind is Kind.SELF and len(ref.path) == 1:
            return self.members.literal(receiver or Cls(path, ref.name), ref.path[0])
        return None

    def _of_literal(
        self, ref: Ref, path: str, receiver: Cls | None, depth: int, env: Env
    ) -> tuple[Entity, ...] | None:
        """What stands under a literal key or number of a container that is written out."""
        found = self.literal(ref.of, path, receiver) if ref.of is not None else None
        if found is None:
            return None
        written, where = found
        chosen: Ref | None = None
        if ref.kind is Kind.ITEM:
            for other in reversed(written.others):
                if other.kind is not Kind.KEYWORD:
                    break  # it may be anything that is spread in later
                if other.name == ref.name:
                    chosen = other
                    break
        elif ref.kind is Kind.PART and written.name in ("list", "tuple"):
            number = int(ref.name) if ref.name.lstrip("-").isdigit() else len(written.others)
            plain = all(o.kind is not Kind.ELEMENT for o in written.others)
            if plain and -len(written.others) <= number < len(written.others):
                chosen = written.others[number]
        if chosen is None:
            return None
        return self.resolve(chosen, where, receiver, depth - 1, env if where == path else ())

    def _under_key(
        self,
        ref: Ref,
        of: tuple[Entity, ...],
        path: str,
        receiver: Cls | None,
        depth: int,
        env: Env,
    ) -> tuple[Entity, ...]:
        """What stands under a literal key; not known where it may be one of several things."""
        exact = self._of_literal(ref, path, receiver, depth, env)
        if exact is not None:
            return exact
        found: list[Entity] = []
        for entity in of:
            if isinstance(entity, OwnInstance) and self._is_typed_dict(entity.cls):
                found += self.attribute(entity, ref.name, depth - 1)
            else:
                some = self._item(entity, [], depth)
                found += some if len(some) == 1 else _NOT_KNOWN
        return unique(found)

    def _is_typed_dict(self, cls: Cls) -> bool:
        return any(name.endswith(".TypedDict") for name in self.order(cls)[1])

    # Types.

    def as_instance(self, entity: Entity) -> Entity:
        """An instance of the class that an entity is."""
        if isinstance(entity, OwnClass):
            return OwnInstance(entity.cls, entity.args)
        if isinstance(entity, External):
            name = containers.ALIASES.get(entity.name, entity.name)
            if name == "builtins.type" and entity.args and entity.args[0]:
                return _as_class(entity.args[0][0])
            return containers.made(name, entity.args)
        return _NOT_KNOWN[0]

    def _item(
        self, entity: Entity, args: list[tuple[Entity, ...]], depth: int
    ) -> tuple[Entity, ...]:
        """``Class[...]`` with its parameters, or what is found under a key."""
        if isinstance(entity, OwnClass):
            return (OwnClass(entity.cls, _known(args)),)
        if isinstance(entity, OwnInstance):
            return self._method_result(entity, ("__getitem__",), depth)
        if isinstance(entity, External) and not entity.instance:
            last = entity.name.rpartition(".")[2]
            is_builtin_class = entity.name.startswith("builtins.") and bool(args)
            is_builtin_class = is_builtin_class or entity.name in containers.GENERICS
            if is_builtin_class or (last[:1].isupper() and not last.isupper()):
                return (replace(entity, args=_known(args)),)
            return _NOT_KNOWN
        return containers.items(entity)

    def element(self, entity: Entity, depth: int = _DEEP) -> tuple[Entity, ...]:
        """What a loop over an entity gives."""
        if isinstance(entity, OwnClass):  # an enumeration
            return (OwnInstance(entity.cls),)
        if not isinstance(entity, OwnInstance):
            return containers.elements(entity)
        found = self._method_result(entity, ("__iter__", "__aiter__"), depth)
        result: list[Entity] = []
        for one in found:
            if isinstance(one, OwnInstance):
                result += self._method_result(one, ("__next__", "__anext__"), depth)
            else:
                result += containers.elements(one)
        return unique(result) or _NOT_KNOWN

    def _part(self, entity: Entity, number: int, depth: int) -> tuple[Entity, ...]:
        if not isinstance(entity, OwnInstance):
            return containers.part(entity, number)
        fields = self._fields(entity.cls)
        if self.members.method(entity.cls, "__getitem__") is None and number < len(fields):
            return self.attribute(entity, fields[number], depth - 1)
        return self._method_result(entity, ("__getitem__",), depth)

    def _entered(self, entity: Entity, depth: int) -> tuple[Entity, ...]:
        """What ``with entity as x`` binds."""
        if isinstance(entity, OwnInstance):
            return self._method_result(entity, ("__enter__", "__aenter__"), depth)
        if isinstance(entity, External) and entity.name.startswith("collections.abc."):
            return containers.first(entity.args)  # a generator under `contextmanager`
        if isinstance(entity, External) and entity.name.startswith("contextlib.") and entity.args:
            return containers.first(entity.args)
        return (entity,) if isinstance(entity, External) else _NOT_KNOWN

    def _method_result(
        self, of: OwnInstance, names: tuple[str, ...], depth: int
    ) -> tuple[Entity, ...]:
        for name in names:
            if self.members.method(of.cls, name) is None:
                continue
            found = self.attribute(of, name, depth - 1)
            return unique(
                e for f in found if isinstance(f, OwnFunction) for e in self.returned(f, depth - 1)
            )
        return _NOT_KNOWN

    # Results.

    def _result(
        self, entity: Entity, given: list[tuple[str, tuple[Entity, ...]]], depth: int
    ) -> tuple[Entity, ...]:
        """What calling an entity gives."""
        if isinstance(entity, OwnClass):
            env = self.constructor_env(entity.cls, given)
            return (OwnInstance(entity.cls, entity.args, env),)
        if isinstance(entity, External):
            plain = tuple(values for keyword, values in given if not keyword)
            known = containers.passed_through(entity.name, entity.instance, plain)
            known = known or containers.result(entity.name, entity.args, plain)
            if known is not None:
                return known
            if entity.name in containers.STACKS and plain:
                return unique(e for one in plain[0] for e in self._entered(one, depth))
            if entity.name in _RUNS_ITS_ARGUMENT and plain:
                return self._declared_result(plain[0])
            name = RESULTS.get(entity.name, entity.name)
            return (External(name, instance=True, base=len(name), args=entity.args),)
        if isinstance(entity, OwnFunction):
            head = self.store.head(entity.fn)
            if head is None:
                return _NOT_KNOWN
            pairs = pair_up(head, given, entity.bound)
            env = joined(entity.env, self.held_by(entity.fn, pairs))
            return self.returned(replace(entity, env=env), depth - 1)
        if isinstance(entity, OwnInstance):
            return self._method_result(entity, ("__call__",), depth)
        return _NOT_KNOWN

    def _declared_result(self, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
        """What an activity or a child workflow is declared to give: its code runs elsewhere."""
        found: list[Entity] = []
        for entity in entities:
            said: tuple[Entity, ...] = ()
            if isinstance(entity, OwnFunction):
                head = self.store.head(entity.fn)
                said = self._said(head, entity, _DEEP) if head is not None else ()
            found.extend(said or _NOT_KNOWN)
        return unique(found) or _NOT_KNOWN

    def returned(self, function: OwnFunction, depth: int = _DEEP) -> tuple[Entity, ...]:
        """What calling a function of the project gives: as it says itself, or as its body shows."""
        head = self.store.head(function.fn)
        if head is None or depth <= 0:
            return _NOT_KNOWN
        said = self._said(head, function, depth)
        if said and not any(self._says_little(e) for e in said):
            return self._as_made(said, function, depth)
        body = self.store.body(function.fn)
        path, receiver, env = function.fn.path, function.receiver, function.env
        if body.head.is_generator:
            if said and isinstance(said[0], External) and said[0].args:
                return said
            given = [self.resolve(r, path, receiver, depth - 1, env) for r in body.yielded]
            types = unique(e for one in given for e in one)
            name = "AsyncGenerator" if head.is_async else "Generator"
            return (containers.made(f"collections.abc.{name}", (types,) if types else ()),)
        refs = body.returned
        shown = unique(e for r in refs for e in self.resolve(r, path, receiver, depth - 1, env))
        if shown and not any(isinstance(e, Unresolved) for e in shown):
            return shown
        return said or shown or _NOT_KNOWN

    def _as_made(
        self, said: tuple[Entity, ...], function: OwnFunction, depth: int
    ) -> tuple[Entity, ...]:
        """The declared result, or the very objects of that class that the body makes."""
        classes = {e.cls for e in said if isinstance(e, OwnInstance)}
        if len(classes) != len(said) or not classes:
            return said
        body = self.store.body(function.fn)
        path, receiver, env = function.fn.path, function.receiver, function.env
        shown = [self.resolve(r, path, receiver, depth - 1, env) for r in body.returned]
        made = unique(e for one in shown for e in one)
        for entity in made:
            if not isinstance(entity, OwnInstance) or classes.isdisjoint(self.order(entity.cls)[0]):
                return said
        return made or said

    def _said(self, head: FunctionHead, function: OwnFunction, depth: int) -> tuple[Entity, ...]:
        if says_little(head.returns):
            return ()
        last = head.returns.path[-1] if head.returns.path else head.returns.name
        if last == "Self" and function.receiver is not None:
            return (OwnInstance(function.receiver, env=_of_object(function.env)),)
        path, env = function.fn.path, function.env
        named = self.resolve(head.returns, path, function.receiver, depth - 1, env)
        return unique(self.as_instance(e) for e in named)

    def _says_little(self, entity: Entity) -> bool:
        """Whether a declared type leaves open what the object really is."""
        if isinstance(entity, OwnInstance):
            return self.is_open(entity.cls)
        if isinstance(entity, External) and entity.instance:
            if any(self._says_little(e) for arg in entity.args for e in arg):
                return True
            return _is_callable_type(entity) or (
                not entity.args and entity.name.startswith(("collections.abc.", "builtins.object"))
            )
        return isinstance(entity, Unresolved)

    def is_open(self, cls: Cls) -> bool:
        """Whether a class is a protocol, or has methods that are only there to be overridden."""
        facts = self.facts_of(cls)
        if facts is None:
            return False
        return self.is_protocol(cls) or any(is_abstract(head) for head in facts.methods.values())

    def is_protocol(self, cls: Cls) -> bool:
        """Whether a class is a protocol."""
        facts = self.facts_of(cls)
        bases = facts.bases if facts is not None else ()
        named = [b.of if b.kind is Kind.ITEM and b.of is not None else b for b in bases]
        return any((b.path or (b.name,))[-1] == "Protocol" for b in named)

    # What calls remember.

    def wanted(self, fn: Fn) -> frozenset[str]:
        """The parameters of a function on which it may depend what it calls."""
        known = self._wanted.get(fn)
        if known is None:
            from wflint.program.parameters import asked_parameters

            known = self._wanted[fn] = asked_parameters(self.store, fn)
        return known

    def held_by(self, fn: Fn, pairs: list[tuple[Param, tuple[Entity, ...]]]) -> list[Held]:
        """What a call gives to the parameters of a function, as far as it matters."""
        if not pairs:
            return []
        wanted = self.wanted(fn)
        return [
            Held(fn, param.name, tuple(map(_shallow, values)))
            for param, values in pairs
            if param.name in wanted and _is_worth_holding(values)
        ]

    def constructor_env(self, cls: Cls, given: list[tuple[str, tuple[Entity, ...]]]) -> Env:
        """What an object remembers of what its constructor was given."""
        if not given:
            return ()
        found = self.members.method(cls, "__init__")
        if found is not None:
            base, head = found
            env = joined(self.held_by(Fn(base.path, head.qualname), pair_up(head, given, True)))
            return self._with_bases(cls, Fn(base.path, head.qualname), env)
        owner = Fn(cls.path, f"{cls.qualname}.__init__")
        names = self._fields(cls)
        entries: list[Held] = []
        for number, (keyword, values) in enumerate(given):
            name = keyword or (names[number] if number < len(names) else "")
            if name in names and _is_worth_holding(values):
                entries.append(Held(owner, name, tuple(map(_shallow, values))))
        return joined(entries)

    def _with_bases(self, cls: Cls, init: Fn, env: Env) -> Env:
        """What ``super().__init__(...)`` passes on to the constructors of the bases."""
        for _ in range(_MAX_BASES if env else 0):
            call = next((c for c in self.store.body(init).calls if _is_super_init(c)), None)
            if call is None:
                break
            targets = self.resolve(call.target, init.path, cls, env=env)
            base = next((t for t in targets if isinstance(t, OwnFunction)), None)
            head = self.store.head(base.fn) if base is not None else None
            if base is None or head is None or any(a.star for a in call.args):
                break
            given = [
                (a.keyword, self.resolve(a.value.ref, init.path, cls, env=env)) for a in call.args
            ]
            env = joined(env, self.held_by(base.fn, pair_up(head, given, True)))
            init = base.fn
        return env

    def _fields(self, cls: Cls) -> list[str]:
        names: dict[str, None] = {}
        for base in reversed(self.order(cls)[0]):
            facts = self.facts_of(base)
            names.update(dict.fromkeys(facts.fields if facts is not None else ()))
        return list(names)

    def _partial(self, entity: Entity, ref: Ref, inner: object) -> Entity:
        assert callable(inner)
        if isinstance(entity, External):
            return replace(entity, partial=True)
        if not isinstance(entity, OwnFunction):
            return entity
        head = self.store.head(entity.fn)
        given = [(_keyword(o), inner(o)) for o in ref.others]
        pairs = pair_up(head, given, entity.bound) if head is not None else []
        env = joined(entity.env, self.held_by(entity.fn, pairs))
        return replace(entity, partial=True, env=env)

    # Attributes.

    def attribute(self, entity: Entity, name: str, depth: int = _DEEP) -> tuple[Entity, ...]:
        """What an attribute of an entity stands for."""
        if depth <= 0:
            return (Unresolved("too many steps"),)
        match entity:
            case External():
                return (_external_attribute(entity, name),)
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
        return (entity,) if isinstance(entity, Unresolved) else _NOT_KNOWN


def pair_up(
    head: FunctionHead, given: list[tuple[str, tuple[Entity, ...]]], bound: bool
) -> list[tuple[Param, tuple[Entity, ...]]]:
    """Which parameter gets which of the arguments ``given``, pairs of keyword and values."""
    params = [p for p in head.params if p.kind in ("positional", "self", "cls")]
    if bound and params:
        params = params[1:]
    by_name = {p.name: p for p in head.params if p.kind not in ("*", "**")}
    found: list[tuple[Param, tuple[Entity, ...]]] = []
    rest: list[tuple[Entity, ...]] = []
    named: list[tuple[Entity, ...]] = []
    for number, (keyword, values) in enumerate(given):
        if keyword in by_name:
            found.append((by_name[keyword], values))
        elif keyword:
            named.append(values)
        elif number < len(params):
            found.append((params[number], values))
        else:
            rest.append(values)
    for param in head.params:
        if param.kind == "*" and rest:
            found.append((param, (containers.made("builtins.tuple", tuple(rest)),)))
        elif param.kind == "**" and named:
            every = unique(e for values in named for e in values)
            found.append((param, (containers.made("builtins.dict", ((), every)),)))
    return found


def _is_super_init(call: Call) -> bool:
    return call.target.kind is Kind.SUPER and call.target.path == ("__init__",)


def _keyword(ref: Ref) -> str:
    return ref.name if ref.kind is Kind.KEYWORD else ""


def _is_worth_holding(values: tuple[Entity, ...]) -> bool:
    if any(isinstance(e, Unresolved) for e in values):
        return False
    return not values or any(is_worth_holding(e) for e in values)


def _shallow(entity: Entity) -> Entity:
    """An entity without what is nested too deeply in it: so there are only so many of them."""
    if depth_of(entity) < _MAX_NESTED or not isinstance(entity, (OwnFunction, OwnInstance)):
        return entity
    return replace(entity, env=())


def _of_object(env: Env) -> Env:
    """What an object remembers, without the parameters of the method that asks."""
    return tuple(h for h in env if h.owner.qualname.endswith(".__init__") or _is_type(h))


def _is_type(entry: Held) -> bool:
    return entry.name[:1].isupper() and entry.owner.qualname.rpartition(".")[2][:1].isupper()


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


def _is_none(entity: Entity) -> bool:
    return isinstance(entity, External) and entity.name in ("builtins.None", "builtins.NoneType")


def _is_callable_type(entity: Entity) -> bool:
    """Whether a declared type only says that something can be called, or nothing at all."""
    return (
        isinstance(entity, External)
        and entity.instance
        and entity.name.rpartition(".")[2]
        in (
            "Any",
            "Callable",
            "object",
        )
    )


def _external_attribute(entity: External, name: str) -> Entity:
    full = f"{entity.name}.{name}"
    if entity.instance and full in ATTRIBUTES:
        of = ATTRIBUTES[full]
        return External(of, instance=True, base=len(of))
    return External(full, base=entity.base, args=entity.args)
