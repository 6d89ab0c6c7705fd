"""Follows calls outward from entry points and collects what stands on the way.

A breadth-first search over an explicit queue: no recursion, no depth limit, right on cycles, and
the first chain that reaches a function is a shortest one. Ties are broken by the order of entry
points (file, then place) and of calls in the source, so the same input always gives the same
answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from wflint.facts.model import (
    NOTHING,
    UNKNOWN,
    Call,
    Flag,
    FunctionBody,
    FunctionHead,
    Kind,
    Use,
    Value,
)
from wflint.program.entities import Entity, External, OwnClass, OwnFunction, OwnInstance, Unresolved
from wflint.program.external import CALLBACK_METHODS, CONTAINER_METHODS, calls_its_arguments
from wflint.program.resolve import Resolver
from wflint.program.roots import Entry, Roots
from wflint.program.store import Cls, Fn

_CONSTRUCTORS = ("__new__", "__init__", "__post_init__", "__del__")


class Node(NamedTuple):
    """A function as it is reached.

    ``receiver`` is the class of the object a method is called on. ``missing`` are parameters with a
    fallback default (``now = now or clock()``) that the caller leaves out, so that it runs.
    ``quiet`` is set when it is called only while not replaying.
    """

    fn: Fn
    receiver: Cls | None = None
    missing: frozenset[str] = frozenset()
    quiet: bool = False


class Edge(NamedTuple):
    """A call: ``site`` is its place in the body of the calling function."""

    to: Node
    site: int


class GapAt(NamedTuple):
    """A call that could not be resolved, and why."""

    node: Node
    site: int
    written: str
    reason: str


class Reached(Struct):
    """What entry points reach. ``order`` lists the nodes in the order they were reached."""

    entries: dict[Node, Entry] = field(default_factory=dict)
    order: list[Node] = field(default_factory=list)
    edges: dict[Node, list[Edge]] = field(default_factory=dict)
    parents: dict[Node, tuple[Node, int] | None] = field(default_factory=dict)
    gaps: list[GapAt] = field(default_factory=list)
    callers: dict[Node, list[Node]] | None = None

    def chain(self, node: Node) -> list[tuple[Node, int]]:
        """Pairs (node, site of the call to the next one) from the entry point to ``node``.

        The last pair has the site -1.
        """
        found = [(node, -1)]
        step = self.parents[node]
        while step is not None:
            found.append(step)
            step = self.parents[step[0]]
        found.reverse()
        return found

    def entry_points(self, nodes: Iterable[Node]) -> set[Node]:
        """All entry points from which any of ``nodes`` is reached."""
        return {n for n in self.ancestors(nodes) if n in self.entries}

    def ancestors(self, nodes: Iterable[Node]) -> set[Node]:
        """``nodes`` and all nodes from which any of them is reached."""
        callers = self._callers()
        seen = set(nodes)
        pending = list(seen)
        while pending:
            for caller in callers.get(pending.pop(), ()):
                if caller not in seen:
                    seen.add(caller)
                    pending.append(caller)
        return seen

    def _callers(self) -> dict[Node, list[Node]]:
        if self.callers is None:
            self.callers = {}
            for node, edges in self.edges.items():
                for edge in edges:
                    self.callers.setdefault(edge.to, []).append(node)
        return self.callers


class Judge(Struct):
    """What the search tells about each place it passes; filled by the caller."""

    external_call: Callable[[Node, FunctionBody, Call, External], None]
    external_argument: Callable[[Node, FunctionBody, Call, int, External], None]
    external_use: Callable[[Node, FunctionBody, Use, External], None]
    own_call: Callable[[Node, FunctionBody, Call, OwnFunction], bool]
    body: Callable[[Node, FunctionBody], None]


class Reach:
    """One search from a set of entry points."""

    def __init__(self, resolver: Resolver, roots: Roots, judge: Judge) -> None:
        self.resolver = resolver
        self.store = resolver.store
        self.roots = roots
        self.judge = judge
        self.reached = Reached()
        self._queue: deque[Node] = deque()

    def run(self, entries: Iterable[Entry]) -> Reached:
        """Search from ``entries``, which come sorted."""
        for entry in entries:
            node = Node(entry.fn, entry.receiver)
            if node not in self.reached.parents:
                self.reached.entries[node] = entry
                self._enqueue(node, None)
        while self._queue:
            self._visit(self._queue.popleft())
        return self.reached

    def _enqueue(self, node: Node, parent: tuple[Node, int] | None) -> None:
        self.reached.parents[node] = parent
        self.reached.order.append(node)
        self._queue.append(node)

    def _edge(self, node: Node, entity: OwnFunction, call: Call) -> None:
        missing = _left_out(self.store.body(entity.fn), call, entity, node.missing)
        to = Node(entity.fn, entity.receiver, missing, _is_quiet(node, call))
        self._connect(node, to, call.site)

    def _connect(self, node: Node, to: Node, site: int) -> None:
        if self.roots.is_blessed(to.fn):
            return
        self.reached.edges.setdefault(node, []).append(Edge(to, site))
        if to not in self.reached.parents:
            self._enqueue(to, (node, site))

    def _visit(self, node: Node) -> None:
        body = self.store.body(node.fn)
        self.judge.body(node, body)
        for call in body.calls:
            if runs(call, node) or _is_alternative(call):
                self._call(node, body, call)
        for use in body.uses:
            if not runs(use, node):
                continue
            for entity in self.resolver.resolve(use.target, node.fn.path, node.receiver):
                if isinstance(entity, External):
                    self.judge.external_use(node, body, use, entity)

    def _call(self, node: Node, body: FunctionBody, call: Call) -> None:
        for entity in self._callees(call, node, body):
            match entity:
                case External(instance=True):
                    pass  # whatever calling an object of theirs does
                case External() if not runs(call, node):
                    pass  # a fallback value that nobody is seen to need
                case External():
                    self.judge.external_call(node, body, call, entity)
                    if calls_its_arguments(entity.name):
                        self._arguments(node, body, call)
                case OwnFunction():
                    self._own(node, body, call, entity)
                case OwnClass():
                    self._construct(node, body, call, entity.cls)
                case OwnInstance():
                    self._method(node, body, call, entity, "__call__")
                case Unresolved():
                    self._unresolved(node, body, call, entity)

    def _callees(self, call: Call, node: Node, body: FunctionBody) -> tuple[Entity, ...]:
        """What a call calls; a parameter that the caller left out is its default."""
        target = call.target
        if target.kind is Kind.PARAM and target.name in node.missing:
            default = next((p.default for p in body.head.params if p.name == target.name), UNKNOWN)
            target = replace(default, path=(*default.path, *target.path))
        return self.resolver.resolve(target, node.fn.path, node.receiver)

    def _own(self, node: Node, body: FunctionBody, call: Call, entity: OwnFunction) -> None:
        if self.judge.own_call(node, body, call, entity):
            self._edge(node, entity, call)
            self._given_functions(node, body, call, entity)

    def _method(
        self, node: Node, body: FunctionBody, call: Call, on: OwnInstance, name: str
    ) -> None:
        for entity in self.resolver.attribute(on, name):
            if isinstance(entity, OwnFunction):
                self._own(node, body, call, entity)

    def _construct(self, node: Node, body: FunctionBody, call: Call, cls: Cls) -> None:
        """Making an object runs its constructors, and at some time its destructor."""
        for name in _CONSTRUCTORS:
            for entity in self.resolver.attribute(OwnInstance(cls), name):
                if isinstance(entity, OwnFunction):
                    self._edge(node, OwnFunction(entity.fn, cls, bound=True), call)
        for base in self.resolver.order(cls)[1] if runs(call, node) else ():
            self.judge.external_call(node, body, call, External(base, base=len(base)))

    def _unresolved(self, node: Node, body: FunctionBody, call: Call, why: Unresolved) -> None:
        method = call.target.path[-1] if call.target.path else ""
        method = method or call.written.rpartition(".")[2]
        of = call.target.of
        if method in CALLBACK_METHODS and of is not None and of.path[-1:] == ("submit",):
            return  # what an executor has been given is called back in a thread of its own
        if method in CALLBACK_METHODS:
            self._arguments(node, body, call)
        elif call.target.kind is Kind.PARAM and not call.target.path:
            return  # followed from the callers, who know what they pass
        elif method not in CONTAINER_METHODS:
            self.reached.gaps.append(GapAt(node, call.site, call.written, why.reason))

    def _arguments(self, node: Node, body: FunctionBody, call: Call) -> None:
        """Functions that are handed to something that calls them."""
        for arg in call.args:
            self._handed(node, body, call, arg.value, arg.site)

    def _handed(self, node: Node, body: FunctionBody, call: Call, value: Value, site: int) -> None:
        for entity in self._value(value, node):
            if isinstance(entity, External) and not entity.instance:
                self.judge.external_argument(node, body, call, site, entity)
            elif isinstance(entity, OwnFunction) and not self.roots.runs_elsewhere(entity.fn):
                to = Node(entity.fn, entity.receiver, quiet=_is_quiet(node, call))
                self._connect(node, to, call.site)

    def _value(self, value: Value, node: Node) -> tuple[Entity, ...]:
        if value.type not in ("name", "lambda", "call") or value.ref.kind is Kind.RESULT:
            return ()
        return self.resolver.resolve(value.ref, node.fn.path, node.receiver)

    def _given_functions(
        self, node: Node, body: FunctionBody, call: Call, entity: OwnFunction
    ) -> None:
        """Functions given to a parameter that the callee calls itself."""
        if not any(a.value.type in ("name", "lambda", "call") for a in call.args):
            return
        callee = self.store.body(entity.fn)
        called = {c.target.name for c in callee.calls if _calls_parameter(c)}
        if not called:
            return
        for name, value in _given(callee.head, call, entity.bound):
            if name not in called:
                continue
            for given in self._value(value, node):
                if isinstance(given, OwnFunction) and not self.roots.runs_elsewhere(given.fn):
                    self._edge_through(node, entity, call, given)
                elif isinstance(given, External) and not given.instance:
                    self.judge.external_argument(node, body, call, call.site, given)

    def _edge_through(
        self, node: Node, callee: OwnFunction, call: Call, given: OwnFunction
    ) -> None:
        """The chain leads through the function that calls its parameter."""
        body = self.store.body(callee.fn)
        quiet = _is_quiet(node, call)
        missing = _left_out(body, call, callee, node.missing)
        middle = Node(callee.fn, callee.receiver, missing, quiet)
        site = next(c.site for c in body.calls if _calls_parameter(c))
        self._connect(middle, Node(given.fn, given.receiver, quiet=quiet), site)


def runs(place: Call | Use, node: Node) -> bool:
    """Whether a call or use happens when a function is reached as ``node``."""
    if place.flags & (Flag.NOT_IN_WORKFLOW | Flag.UNRESTRICTED):
        return False
    return not place.flags & Flag.OPTIONAL or place.fallback in node.missing


def _is_alternative(call: Call) -> bool:
    """Whether a call stands behind ``or``, and nothing says that it is a mere default.

    ``self.cached or self.compute()`` is followed; ``x or now()`` only where ``x`` is missing.
    """
    excluded = Flag.NOT_IN_WORKFLOW | Flag.UNRESTRICTED
    return bool(call.flags & Flag.OPTIONAL) and not (call.flags & excluded or call.fallback)


def _is_quiet(node: Node, call: Call) -> bool:
    return node.quiet or bool(call.flags & Flag.NOT_REPLAYING)


def _passed_on(value: Value) -> str:
    """The parameter that an argument is, or ``""``."""
    return value.text if value.type == "name" else ""


def _calls_parameter(call: Call) -> bool:
    return call.target.kind is Kind.PARAM and not call.target.path


def _given(head: FunctionHead, call: Call, bound: bool) -> list[tuple[str, Value]]:
    """Which parameter gets which argument, as far as that is plain to see."""
    params = [p.name for p in head.params if p.kind in ("positional", "self", "cls")]
    if bound and params:
        params = params[1:]
    found: list[tuple[str, Value]] = []
    position = 0
    for arg in call.args:
        if arg.star:
            position = len(params)
        elif arg.keyword:
            found.append((arg.keyword, arg.value))
        elif position < len(params):
            found.append((params[position], arg.value))
            position += 1
    return found


def _left_out(
    body: FunctionBody, call: Call, entity: OwnFunction, missing: frozenset[str]
) -> frozenset[str]:
    """The parameters that a call leaves out or gives as ``None``, where that makes a difference.

    It does for those with a fallback default, those that are called, and those that are passed on.
    """
    places: list[Call | Use] = [*body.calls, *body.uses]
    falling_back = {p.fallback for p in places if p.flags & Flag.OPTIONAL and p.fallback}
    passed_on = {_passed_on(a.value) for c in body.calls for a in c.args} - {""}
    useful = falling_back | passed_on
    defaults = {p.name: p.default for p in body.head.params if p.default.kind is not Kind.UNKNOWN}
    wanted = useful | {name for name, default in defaults.items() if default != NOTHING}
    if not wanted:
        return frozenset()
    if entity.partial or any(a.star for a in call.args):
        return frozenset()
    given = dict(_given(body.head, call, entity.bound))
    absent = {
        name
        for name in wanted
        if (name not in given and (name in falling_back or name in defaults))
        or (name in given and given[name].type == "none" and name in useful)
        or (name in given and _passed_on(given[name]) in missing)
    }
    return frozenset(absent)
