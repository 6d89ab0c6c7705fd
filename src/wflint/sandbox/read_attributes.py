"""Attributes of classes that workflow code reads, where the value is that of the class.

That is the value which the class body has evaluated: read from the class, or from an object that
has no value of its own. A field of a dataclass or model has one unless it was left out when the
object was made.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from msgspec.structs import replace

from wflint.callgraph.graph import Node
from wflint.facts.ids import MODULE_BODY, Cls, Fn
from wflint.facts.model import Call, Flag, Ref, Use
from wflint.inference.field_factories import generated_init, given_fields, written_out
from wflint.inference.resolver import Resolver
from wflint.inference.values import (
    AbstractValue,
    ClassValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
    Unresolved,
)

_ELSEWHERE = Flag.NOT_IN_WORKFLOW | Flag.UNRESTRICTED
_SDK = "temporalio.workflow."
_SET = Flag.STORED | Flag.DELETED


class _Read(NamedTuple):
    """The place in a function at which an attribute is read of something."""

    node: Node
    of: Ref


class AttributeReads:
    """Answers who reads an attribute that a class has.

    ``users`` are the functions of reached code, ``entries`` the entry points, ``modules`` the files
    whose module-level objects they use.
    """

    def __init__(
        self,
        resolver: Resolver,
        users: Iterable[Node],
        entries: Collection[Node],
        modules: Iterable[str],
    ) -> None:
        self.resolver = resolver
        self._users = list(users)
        self._entries = entries
        self._modules = list(modules)

    def reader(
        self, cls: Cls, names: Iterable[str], knows: Callable[[Node, Cls], bool]
    ) -> Node | None:
        """The first function in which one of the attributes is read with the value of the class.

        ``knows`` tells if a function names a class or has an object of it.
        """
        for name in names:
            for read in self._reads.get(name, ()):
                if self._is_of_class(read, cls, name, knows):
                    return read.node
        return None

    @cached_property
    def _reads(self) -> dict[str, list[_Read]]:
        """The reads of attributes in reached code, by their names."""
        found: dict[str, dict[_Read, None]] = {}
        shared: dict[Ref, Ref] = {}  # most are read of few objects
        for node in self._users:
            body = self.resolver.store.body(node.fn)
            places: list[Call | Use] = [*body.calls, *body.uses, *body.reads]
            for place in places:
                if place.flags & (_ELSEWHERE | _SET):
                    continue
                for number, name in enumerate(place.target.path):
                    of = replace(place.target, path=place.target.path[:number])
                    found.setdefault(name, {})[_Read(node, shared.setdefault(of, of))] = None
        return {name: list(reads) for name, reads in found.items()}

    def _is_of_class(
        self, read: _Read, cls: Cls, name: str, knows: Callable[[Node, Cls], bool]
    ) -> bool:
        node = read.node
        found = self.resolver.resolve(read.of, node.fn.path, node.receiver, env=node.env)
        if any(self._has_from(entity, cls, name) for entity in found):
            return True
        is_open = any(isinstance(entity, Unresolved) for entity in found)
        return is_open and knows(node, cls) and self._keeps(cls, name)

    def _has_from(self, entity: AbstractValue, cls: Cls, name: str) -> bool:
        """True if an entity may have the attribute as the class defines it."""
        if not isinstance(entity, (ClassValue, InstanceValue)):
            return False
        if self._definer(entity.cls, name) != cls:
            return False
        return isinstance(entity, ClassValue) or self._keeps(cls, name)

    def _definer(self, cls: Cls, name: str) -> Cls | None:
        """The first class in the method resolution order that defines an attribute."""
        for base in self.resolver.order(cls)[0]:
            facts = self.resolver.facts_of(base)
            if facts is not None and (name in facts.attributes or name in facts.methods):
                return base
        return None

    def _keeps(self, cls: Cls, name: str) -> bool:
        """True if the objects of a class have no value of their own, as far as they are seen.

        What is decoded from a payload has what that gives.
        """
        if not generated_init(self.resolver, cls):
            return not self._is_set_at_once(cls, name)
        made = {c: calls for c, calls in self._made.items() if self._definer(c, name) == cls}
        return bool(made) and not any(
            c in self._decoded or not all(self._leaves_out(c, name, call) for call in calls)
            for c, calls in made.items()
        )

    def _is_set_at_once(self, cls: Cls, name: str) -> bool:
        """True if `__init__` gives each object a value of its own."""
        found = self.resolver.members.method(cls, "__init__")
        if found is None:
            return False
        base, head = found
        return name in self.resolver.store.body(Fn(base.path, head.qualname)).attributes

    @cached_property
    def _made(self) -> dict[Cls, list[Call]]:
        """The calls that make objects, in reached code and in modules whose objects it uses."""
        found: dict[Cls, dict[Call, None]] = {}
        for node in self._places():
            for call in self.resolver.store.body(node.fn).calls:
                if call.flags & _ELSEWHERE:
                    continue
                path, receiver = node.fn.path, node.receiver
                for entity in self.resolver.resolve(call.target, path, receiver, env=node.env):
                    if isinstance(entity, ClassValue):
                        found.setdefault(entity.cls, {})[call] = None
        return {cls: list(calls) for cls, calls in found.items()}

    def _places(self) -> Iterator[Node]:
        yield from self._users
        for path in self._modules:
            yield Node(Fn(path, MODULE_BODY))

    @cached_property
    def _decoded(self) -> frozenset[Cls]:
        """The classes of what comes out of payloads: of inputs and results, and of their fields."""
        found: set[Cls] = set()
        pending = [entity for node in self._users for entity in self._from_payloads(node)]
        while pending:
            entity = pending.pop()
            if isinstance(entity, ExternalValue):
                pending.extend(e for arg in entity.args for e in arg)
            if not isinstance(entity, (ClassValue, InstanceValue)) or entity.cls in found:
                continue
            found.add(entity.cls)
            for field in sorted(self._fields(entity.cls)):
                pending.extend(self.resolver.attribute(InstanceValue(entity.cls), field))
        return frozenset(found)

    def _from_payloads(self, node: Node) -> Iterator[AbstractValue]:
        """What a handler is given, and what the commands of a function give."""
        body = self.resolver.store.body(node.fn)
        path, receiver = node.fn.path, node.receiver
        for param in body.head.params if node in self._entries else ():
            yield from self.resolver.resolve(param.annotation, path, receiver)
        for call in body.calls:
            called = self.resolver.resolve(call.target, path, receiver, env=node.env)
            if not any(isinstance(e, ExternalValue) and e.name.startswith(_SDK) for e in called):
                continue
            for arg in call.args:
                for entity in self.resolver.resolve(arg.value.ref, path, receiver, env=node.env):
                    if isinstance(entity, ClassValue):
                        yield entity
                    elif isinstance(entity, FunctionValue):
                        yield from self._declared_result(entity.fn)

    def _declared_result(self, fn: Fn) -> tuple[AbstractValue, ...]:
        head = self.resolver.store.head(fn)
        return self.resolver.resolve(head.returns, fn.path) if head is not None else ()

    def _fields(self, cls: Cls) -> set[str]:
        order = self.resolver.order(cls)[0]
        facts = filter(None, map(self.resolver.facts_of, order))
        return {field for one in facts for field in one.fields}

    def _leaves_out(self, cls: Cls, name: str, call: Call) -> bool:
        """True if a call surely makes an object without a value for a field."""
        takes_data = generated_init(self.resolver, cls) == "model"
        given, is_known = written_out(call, takes_data)
        if not is_known or name in given_fields(self.resolver, cls, given):
            return False
        fields = self._fields(cls)
        return all(arg.keyword in fields for arg in given.args if arg.keyword)  # else an alias
