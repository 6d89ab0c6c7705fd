"""Finds the values of modules that the reached workflow code uses."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from wflint.callgraph.graph import CallGraph, Node
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import BindingKind, Call, Flag, Kind, ParamKind, Ref, Use
from wflint.facts.sites import call_at
from wflint.inference.definitions import Name, find_origin
from wflint.inference.resolver import Resolver
from wflint.inference.values import ClassValue
from wflint.sandbox.module_values import Held, ModuleValues, latest_trees
from wflint.sandbox.read_attributes import AttributeReads

_ELSEWHERE = Flag.NOT_IN_WORKFLOW | Flag.UNRESTRICTED
_LOG_METHODS = frozenset(
    {"critical", "debug", "error", "exception", "info", "log", "warn", "warning"}
)


class UsedValues:
    """Answers whether workflow code uses a value, and where it is seen to."""

    def __init__(self, resolver: Resolver, reached: CallGraph) -> None:
        self.resolver = resolver
        self.reached = reached
        self._values: dict[str, ModuleValues] = {}
        self._trees = latest_trees()
        self._made_into: dict[Name, Name] = {}
        self._names_in: dict[Fn, tuple[Name, ...]] = {}
        self._origins: dict[tuple[Kind, str, tuple[str, ...], str], Name | None] = {}

    def values(self, path: str) -> ModuleValues:
        """The values of the module in a file."""
        known = self._values.get(path)
        if known is None:
            known = self._values[path] = ModuleValues(self.resolver.store.load(path), self._trees)
        return known

    @cached_property
    def names(self) -> dict[Name, Node]:
        """The names that reached code uses, each with the first function that does.

        Names that the value of such a name is made from are among them.
        """
        found = dict(self._named)
        defaults = [*self._defaults(self._functions), *self._attribute_defaults()]
        for made_from, node in defaults:
            found.setdefault(made_from, node)
        pending = list(found)
        while pending:
            name = pending.pop()
            if not self._is_value(name):
                continue
            for read in sorted(self.values(name.path).read_by(name.name)):
                origin = self._origin_of(read, name.path)
                if origin is not None and origin not in found:
                    found[origin] = found[name]
                    self._made_into[origin] = name
                    pending.append(origin)
        return found

    @cached_property
    def _functions(self) -> list[Node]:
        """The functions of reached code, each once, as first reached."""
        functions = {node.fn: node for node in reversed(self._users)}
        return list(reversed(functions.values()))

    @cached_property
    def _named(self) -> dict[Name, Node]:
        """The names that are written in reached code, each with the first function that does it."""
        found: dict[Name, Node] = {}
        for node in self._functions:
            for name in self._named_in(node.fn):
                found.setdefault(name, node)
        return found

    @cached_property
    def _modules(self) -> list[str]:
        """The files that reached code is in, or names something of."""
        paths = [node.fn.path for node in self._users]
        return list(dict.fromkeys([*paths, *(name.path for name in self._named)]))

    @cached_property
    def _attributes(self) -> AttributeReads:
        return AttributeReads(self.resolver, self._users, self.reached.entries, self._modules)

    def _attribute_defaults(self) -> Iterator[tuple[Name, Node]]:
        """The names that attributes of classes are made from, where reached code reads these."""
        for path in self._modules:
            for held in self.values(path).held:
                reads = sorted(held.reads) if held.owner else ()
                found = [self._origin_of(read, path) for read in reads]
                origins = [name for name in found if name is not None and self._is_value(name)]
                user = self.user(path, held) if origins else None
                if user is not None:
                    yield from ((origin, user) for origin in origins)

    def _defaults(self, nodes: list[Node]) -> Iterator[tuple[Name, Node]]:
        """The names that default values of parameters are made from, where a call leaves these out.

        The default is evaluated at import, and is the value of that time.
        """
        for node in nodes:
            for held in self.values(node.fn.path).defaults.get(node.fn.qualname, ()):
                user = self._left_out(node.fn, held.names[0])
                for read in sorted(held.reads) if user is not None else ():
                    origin = self._origin_of(read, node.fn.path)
                    if origin is not None and user is not None:
                        yield origin, user

    def _origin_of(self, read: str, path: str) -> Name | None:
        """Return the module-level name that a dotted name of a module comes from."""
        first, *rest = read.split(".")
        return self._origin(Ref(Kind.GLOBAL, first, tuple(rest)), path)

    @cached_property
    def _users(self) -> list[Node]:
        """The functions that were reached, those left out that only log calls lead to.

        What a log call does inside gives nothing back to the workflow.
        """
        seen = self.reached.search(self.reached.entries, lambda _, to: not _logs(to))
        return [node for node in self.reached.order if node in seen]

    @cached_property
    def _users_of(self) -> dict[Fn, list[Node]]:
        """The users by function."""
        found: dict[Fn, list[Node]] = {}
        for node in self._users:
            found.setdefault(node.fn, []).append(node)
        return found

    def _named_in(self, fn: Fn) -> tuple[Name, ...]:
        """The names of modules that a function refers to, when it is reached."""
        known = self._names_in.get(fn)
        if known is None:
            origins = (self._origin(ref, fn.path) for ref in self._refs(fn))
            known = self._names_in[fn] = tuple(dict.fromkeys(o for o in origins if o is not None))
        return known

    def _refs(self, fn: Fn) -> Iterator[Ref]:
        body = self.resolver.store.body(fn)
        places: list[Call | Use] = [*body.calls, *body.uses]
        pending = [p.target for p in places if not p.flags & _ELSEWHERE]
        seen: set[Ref] = set()  # refs have many parts in common
        while pending:
            ref = pending.pop()
            if ref in seen:
                continue
            seen.add(ref)
            if ref.kind in (Kind.GLOBAL, Kind.IMPORT):
                yield ref
            pending.extend(ref.others)
            if ref.of is not None:
                pending.append(ref.of)

    def _is_value(self, name: Name) -> bool:
        bindings = self.resolver.store.load(name.path).facts.bindings.get(name.name, ())
        return any(binding.what is BindingKind.VALUE for binding in bindings)

    def _origin(self, ref: Ref, path: str) -> Name | None:
        key = (ref.kind, ref.name, ref.path, path)
        if key not in self._origins:
            found = find_origin(ref, path, self.resolver)
            self._origins[key] = found.name if found is not None else None
        return self._origins[key]

    # One value.

    def user(self, path: str, held: Held) -> Node | None:
        """The first function of the reached code that uses a value of the module in a file."""
        if held.function:
            return self._left_out(Fn(path, held.function), held.names[0])
        if held.owner:
            return self._attributes.reader(Cls(path, held.owner), held.names, self._knows)
        nodes = [self.names.get(Name(path, name)) for name in held.names]
        return next((node for node in nodes if node is not None), None)

    def route(self, path: str, held: Held) -> list[str]:
        """The files of the values that a value becomes, its own the last."""
        used = (Name(path, name) for name in held.names if not held.owner and not held.function)
        name: Name | None = next((name for name in used if name in self.names), None)
        found = [path]
        while name is not None:
            found.append(name.path)
            name = self._made_into.get(name)
        return list(dict.fromkeys(found))[::-1]

    def _left_out(self, fn: Fn, param: str) -> Node | None:
        """A function that is entered without its parameter."""
        for node in self._users_of.get(fn, ()):
            if node in self.reached.entries:
                return node
            for caller, site in self.reached.callers(node):
                call = call_at(self.resolver.store.body(caller.fn), site)
                if call is not None and self._lacks(node, call, param):
                    return node
        return None

    def _lacks(self, node: Node, call: Call, param: str) -> bool:
        """True if a call surely leaves out a parameter."""
        body = self.resolver.store.body(node.fn)
        plain = [p for p in body.head.params if p.kind in (ParamKind.POSITIONAL, ParamKind.KEYWORD)]
        names = [p.name for p in plain]
        if param not in names or any(a.star for a in call.args):
            return False
        given = [a for a in call.args if not a.keyword]
        return len(given) <= names.index(param) and all(a.keyword != param for a in call.args)

    def _knows(self, node: Node, cls: Cls) -> bool:
        """True if a function names a class, or is a method of its objects."""
        name = Name(cls.path, cls.qualname.partition(".")[0])
        if node.receiver is not None and cls in self.resolver.order(node.receiver)[0]:
            return True
        return name in self._named_in(node.fn)

    @cached_property
    def classes(self) -> dict[Cls, Node]:
        """The classes of the project that reached code names or runs methods of."""
        found: dict[Cls, Node] = {}
        for node in self._users:
            for cls in self.resolver.order(node.receiver)[0] if node.receiver is not None else ():
                found.setdefault(cls, node)
        for name, node in self.names.items():
            for entity in self.resolver.name(name.path, name.name):
                if isinstance(entity, ClassValue):
                    found.setdefault(entity.cls, node)
        return found


def _logs(node: Node) -> bool:
    owner, _, method = node.fn.qualname.rpartition(".")
    return method in _LOG_METHODS and "log" in owner.lower()
