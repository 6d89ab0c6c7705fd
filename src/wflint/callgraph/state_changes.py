"""Finds where code changes the state of the workflow that its entry points are methods of.

``self`` of an entry point is the workflow. The search takes along which names are that object or a
part of it: through methods that are called on it, and arguments that it is given as. A copy is none
of it, and neither is what a function makes itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from wflint.callgraph.graph import CallGraph, Edge, Node, runs
from wflint.facts.ids import Cls
from wflint.facts.model import Call, FunctionBody, Kind, Mutation, Ref
from wflint.facts.signatures import Signature, by_keyword
from wflint.facts.sites import at, call_at
from wflint.inference.resolver import Resolver
from wflint.inference.values import ExternalValue

_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__"})
_NO_METHODS = frozenset({"attribute", "item", "name"})
_CONTAINERS = ("builtins.", "collections.", "asyncio.", "queue.")

Name = tuple[str, str]
"""A parameter, with the function that it is one of; both are empty for ``self``."""

_SELF: Name = ("", "")


class Change(NamedTuple):
    """A change of the workflow's state in a function of the call graph."""

    node: Node
    mutation: Mutation


class StateChanges:
    """Searches one call graph, or a part of it."""

    def __init__(self, graph: CallGraph, resolver: Resolver) -> None:
        self.graph = graph
        self.resolver = resolver
        self.store = resolver.store

    def find(self) -> list[Change]:
        """Return all changes, in the order of the search and of the source."""
        found: dict[Change, None] = {}
        start = frozenset({_SELF})
        queue = deque((n, start) for n, entry in self.graph.entries.items() if entry.receiver[1])
        seen = set(queue)
        while queue:
            node, state = queue.popleft()
            body = self.store.body(node.fn)
            found.update((Change(node, m), None) for m in self._changes(node, body, state))
            for edge in self.graph.callees(node):
                step = (edge.to, self._handed_on(body, edge, state))
                if step[1] and step not in seen:
                    seen.add(step)
                    queue.append(step)
        return list(found)

    def _changes(
        self, node: Node, body: FunctionBody, state: frozenset[Name]
    ) -> Iterator[Mutation]:
        for mutation in body.mutations:
            if _name(mutation.target) not in state or not runs(mutation, node):
                continue
            if self._is_of_state(mutation, node) and self._is_change(mutation, node, body):
                yield mutation

    def _is_of_state(self, mutation: Mutation, node: Node) -> bool:
        """True unless the object comes from a property, which may give a new one."""
        cls = node.receiver or Cls(node.fn.path, mutation.target.name)
        path = mutation.target.path if mutation.target.kind is Kind.SELF else ()
        return all(self.resolver.members.method(cls, name) is None for name in path[:1])

    def _is_change(self, mutation: Mutation, node: Node, body: FunctionBody) -> bool:
        """True unless a method only sounds like one that changes a container."""
        if mutation.how in _NO_METHODS:
            return True
        call = call_at(body, mutation.site)
        if call is None:
            return False
        resolve = self.resolver.resolve
        entities = resolve(call.target, node.fn.path, node.receiver, env=node.env)
        return bool(entities) and all(
            isinstance(entity, ExternalValue) and entity.name.startswith(_CONTAINERS)
            for entity in entities
        )

    # From a function to one that it calls.

    def _handed_on(self, body: FunctionBody, edge: Edge, state: frozenset[Name]) -> frozenset[Name]:
        """Return the names of a called function that are the workflow, or a part of it."""
        head = self.store.body(edge.to.fn).head
        call = call_at(body, edge.site)
        found = set(self._arguments(call, edge, state)) if call is not None else set()
        if not head.owner:
            return frozenset(found | state)  # a function inside this one sees what it sees
        if head.name not in _CONSTRUCTORS and state.intersection(_called_on(body, edge.site)):
            found.add(_SELF)
        return frozenset(found)

    def _arguments(self, call: Call, edge: Edge, state: frozenset[Name]) -> Iterator[Name]:
        head = self.store.body(edge.to.fn).head
        bound = Signature.of(head, bound=bool(head.owner)).bind(by_keyword(call.args))
        for name, arg in bound.by_name.items():
            if _name(arg.value.ref) in state:
                yield (edge.to.fn.qualname, name)


def _called_on(body: FunctionBody, site: int) -> Iterator[Name]:
    """The names of the objects that what stands at a site calls a method of."""
    call = call_at(body, site)
    places = (*at(body.uses, site), *at(body.reads, site))
    refs = [call.target] if call is not None else [place.target for place in places]
    refs += [operation.operand for operation in at(body.operations, site)]
    return (name for ref in refs if (name := _name(ref)) is not None)


def _name(ref: Ref) -> Name | None:
    """The name that an expression begins with, if that is a parameter or ``self``."""
    if ref.kind in (Kind.SELF, Kind.SUPER):
        return _SELF
    return (ref.owner, ref.name) if ref.kind is Kind.PARAM else None
