"""Finds where code changes the state of the workflow that its entry points are methods of.

``self`` of an entry point is the workflow. The search takes along which names are that object or a
part of it: through methods that are called on it, and arguments that it is given as. A copy is none
of it, and neither is what a function makes itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from wflint.callgraph.graph import NOT_WORKFLOW_CODE, CallGraph, Edge, Node, runs
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Call, FunctionBody, FunctionHead, Kind, Mutation, Ref
from wflint.facts.signatures import Signature, by_keyword
from wflint.facts.sites import at, call_at
from wflint.inference.resolver import Resolver
from wflint.inference.values import Env, ExternalValue, InstanceValue

_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__"})
_NO_METHODS = frozenset({"attribute", "item", "name"})
_CONTAINERS = (
    "asyncio.",
    "bisect.",
    "builtins.",
    "collections.",
    "heapq.",
    "operator.",
    "queue.",
)
_DRAWS = frozenset(
    {
        *("betavariate", "binomialvariate", "choice", "choices", "expovariate", "gammavariate"),
        *("gauss", "getrandbits", "lognormvariate", "normalvariate", "paretovariate", "randbytes"),
        *("randint", "random", "randrange", "sample", "shuffle", "triangular", "uniform"),
        *("vonmisesvariate", "weibullvariate"),
    }
)
"""Methods that change a generator of random numbers: it goes on to the next ones."""

_GENERATOR = "random.Random."

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

    def find(self, skips: int = NOT_WORKFLOW_CODE) -> list[Change]:
        """Return all changes, in the order of the search and of the source.

        Those with any of the flags ``skips`` do not count.
        """
        found: dict[Change, None] = {}
        for node, state in self._reached():
            body = self.store.body(node.fn)
            found.update((Change(node, m), None) for m in self._changes(node, body, state, skips))
        return list(found)

    def names(self) -> dict[Node, set[Name]]:
        """Return the names that may be the workflow, or a part of it, by where they are read."""
        found: dict[Node, set[Name]] = {}
        for node, state in self._reached():
            found.setdefault(node, set()).update(state)
        return found

    def _reached(self) -> Iterator[tuple[Node, frozenset[Name]]]:
        """Yield the functions that get to the state, with the names by which they do."""
        start = frozenset({_SELF})
        queue = deque((n, start) for n, entry in self.graph.entries.items() if entry.receiver[1])
        seen = set(queue)
        while queue:
            node, state = queue.popleft()
            yield node, state
            body = self.store.body(node.fn)
            for edge in self.graph.callees(node):
                step = (edge.to, self._handed_on(node, body, edge, state))
                if step[1] and step not in seen:
                    seen.add(step)
                    queue.append(step)

    def _changes(
        self, node: Node, body: FunctionBody, state: frozenset[Name], skips: int
    ) -> Iterator[Mutation]:
        for mutation in body.mutations:
            if not runs(mutation, node, skips):
                continue
            if not self._is_of_state(mutation.target, node, state):
                continue
            if self._is_change(mutation, node, body):
                yield mutation
        for call in body.calls:
            if self._draws(call, node, state):
                holder = replace(call.target, path=call.target.path[:-1])
                yield Mutation(call.site, holder, "draw", call.flags, call.fallback, call.under)

    def _draws(self, call: Call, node: Node, state: frozenset[Name]) -> bool:
        """True if a call takes a number from a generator that the workflow keeps."""
        if not call.target.path or call.target.path[-1] not in _DRAWS:
            return False
        if not runs(call, node):
            return False
        holder = replace(call.target, path=call.target.path[:-1])
        if not self._is_of_state(holder, node, state):
            return False
        return self._calls_only(call, node, (_GENERATOR,))

    def _is_of_state(self, ref: Ref, node: Node, state: frozenset[Name]) -> bool:
        """True of the workflow and its parts, but not of an object that a property creates."""
        return name_of(ref) in state and self._is_kept(ref, node.fn.path, node.receiver, node.env)

    def _is_kept(self, ref: Ref, path: str, receiver: Cls | None, env: Env) -> bool:
        """True if an expression goes from one object to a part that it keeps, and so on."""
        pending, seen = [(ref, path, receiver, env)], set()
        while pending:
            asked = pending.pop()
            if asked in seen:
                continue
            seen.add(asked)
            ref, path, receiver, env = asked
            for place, name in enumerate(ref.path):
                holder = replace(ref, path=ref.path[:place])
                for cls in self._classes_of(holder, path, receiver, env):
                    method = self.resolver.members.method(cls, name)
                    if method is None:
                        continue
                    base, head = method
                    returned = self.store.body(Fn(base.path, head.qualname)).returned
                    if not returned or any(r.kind is not Kind.SELF for r in returned):
                        return False
                    pending += [(r, base.path, cls, ()) for r in returned]
        return True

    def _classes_of(self, ref: Ref, path: str, receiver: Cls | None, env: Env) -> list[Cls]:
        """Return the classes that an object may be of."""
        if ref.kind is Kind.SELF and not ref.path:
            return [receiver or Cls(path, ref.name)]
        found = self.resolver.resolve(ref, path, receiver, env=env)
        return [entity.cls for entity in found if isinstance(entity, InstanceValue)]

    def _is_change(self, mutation: Mutation, node: Node, body: FunctionBody) -> bool:
        """True unless a method only sounds like one that changes a container."""
        if mutation.how in _NO_METHODS:
            return True
        call = call_at(body, mutation.site)
        return call is not None and self._calls_only(call, node, _CONTAINERS)

    def _calls_only(self, call: Call, node: Node, names: tuple[str, ...]) -> bool:
        """True if a call is surely one of something outside whose name begins like one of these."""
        found = self.resolver.resolve(call.target, node.fn.path, node.receiver, env=node.env)
        return bool(found) and all(
            isinstance(entity, ExternalValue) and entity.name.startswith(names) for entity in found
        )

    # From a function to one that it calls.

    def _handed_on(
        self, node: Node, body: FunctionBody, edge: Edge, state: frozenset[Name]
    ) -> frozenset[Name]:
        """Return the names of a called function that are the workflow, or a part of it."""
        head = self.store.body(edge.to.fn).head
        call = call_at(body, edge.site)
        found: set[Name] = set()
        if call is not None:
            found.update(
                (edge.to.fn.qualname, name)
                for name, ref in _arguments(call, head)
                if self._is_of_state(ref, node, state)
            )
        if not head.owner:
            return frozenset(found | state)  # a function inside this one sees what it sees
        if head.name not in _CONSTRUCTORS:
            holders = _called_on(body, edge.site)
            found.update(_SELF for ref in holders if self._is_of_state(ref, node, state))
        return frozenset(found)


def _arguments(call: Call, head: FunctionHead) -> Iterator[tuple[str, Ref]]:
    """Yield the parameters of a called function, with what they are given."""
    bound = Signature.of(head, bound=bool(head.owner)).bind(by_keyword(call.args))
    return ((name, arg.value.ref) for name, arg in bound.by_name.items())


def _called_on(body: FunctionBody, site: int) -> Iterator[Ref]:
    """Yield the objects that what stands at a site calls a method of."""
    call = call_at(body, site)
    places = (*at(body.uses, site), *at(body.reads, site))
    methods = [call.target] if call is not None else [place.target for place in places]
    yield from (replace(ref, path=ref.path[:-1]) for ref in methods)
    yield from (operation.operand for operation in at(body.operations, site))


def name_of(ref: Ref) -> Name | None:
    """The name that an expression begins with, if that is a parameter or ``self``."""
    if ref.kind in (Kind.SELF, Kind.SUPER):
        return _SELF
    return (ref.owner, ref.name) if ref.kind is Kind.PARAM else None
