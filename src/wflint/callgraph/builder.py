"""Follows calls outward from entry points and collects what stands on the way.

A breadth-first search over an explicit queue: no recursion, no depth limit, right on cycles, and
the first chain that reaches a function is a shortest one. Ties are broken by the order of entry
points (file, then place) and of calls in the source, so the same input always gives the same
answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from wflint import limits
from wflint.callgraph.argument_origin import origin
from wflint.callgraph.attribute_stores import Learning
from wflint.callgraph.awaited import awaited, awaits_later
from wflint.callgraph.constructors import Making
from wflint.callgraph.defaults import Defaults
from wflint.callgraph.entry.entry_points import Entry, EntryPoints
from wflint.callgraph.events import (
    Awaited,
    Entered,
    Event,
    ExternalArgument,
    ExternalCall,
    ExternalUse,
    OwnCall,
)
from wflint.callgraph.graph import (
    DEFINITION,
    NOT_WORKFLOW_CODE,
    CallGraph,
    Edge,
    GapAt,
    Hop,
    Node,
    runs,
)
from wflint.callgraph.implicit_calls import Implied
from wflint.callgraph.overrides import Overriders
from wflint.callgraph.telling import Telling
from wflint.callgraph.told import Told
from wflint.callgraph.unfollowed import Unfollowed, is_of_plain_value
from wflint.facts.builtin_calls import CALLED_BY_BUILTINS, COMPARED_BY
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import (
    NOTHING,
    UNKNOWN,
    Arg,
    Call,
    Flag,
    FunctionBody,
    Kind,
    Operation,
    Ref,
    Use,
    Value,
    ValueType,
)
from wflint.facts.signatures import SPREAD
from wflint.inference.arguments import (
    Fallbacks,
    by_default_none,
    fallbacks,
    left_out,
    may_be_missing,
    received,
)
from wflint.inference.attributes import is_abstract
from wflint.inference.library_types import CALLBACK_METHODS, calls_its_arguments
from wflint.inference.resolver import Resolver
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
    Unresolved,
    joined,
)
from wflint.temporal.regions import REGISTERED_BY, Region

_RUN_ELSEWHERE = {
    "run": "asyncio.run",  # refuses to work where a loop runs
    "run_coroutine_threadsafe": "asyncio.run_coroutine_threadsafe",
    "run_until_complete": "asyncio.AbstractEventLoop.run_until_complete",
}
_NONE: frozenset[str] = frozenset()
_CHANGED = Flag.STORED | Flag.DELETED
_FORMAT = ("__format__|__str__|__repr__",)


class Border(Struct, frozen=True):
    """The ends of a search: what it does not follow.

    ``follows`` is true of calls of functions of the project that are followed, ``ends_at`` of
    functions that run somewhere else, whoever is given them. ``minds`` is true of functions outside
    the project that are worth telling of where they make the default of a field, ``knows`` of those
    that a rule is about. ``skips`` are the flags of places that do not count.
    """

    follows: Callable[[OwnFunction, Call], bool]
    ends_at: Callable[[Fn], bool]
    minds: Callable[[External], bool]
    knows: Callable[[External], bool]
    skips: int = NOT_WORKFLOW_CODE


class CallGraphBuilder:
    """One search from a set of entry points. It asks no rule: it notes what rules may look at."""

    def __init__(self, resolver: Resolver, roots: EntryPoints, border: Border) -> None:
        self.resolver = resolver
        self.store = resolver.store
        self.roots = roots
        self.border = border
        self.reached = CallGraph()
        self.events: list[Event] = []
        self.implied = Implied(resolver)
        self.overriders = Overriders(resolver)
        self._queue: deque[Node] = deque()
        self._clones: dict[Fn, set[Env]] = {}
        self._nodes: dict[Node, Node] = {}
        self._ways: dict[tuple[Ref, int, bool], list[OwnFunction]] = {}  # in the function at hand
        self._fallbacks: dict[Fn, Fallbacks | None] = {}
        self.learning = Learning(resolver)
        self.making = Making(self)
        self.unfollowed = Unfollowed(self)
        self.defaults = Defaults(self)
        self.telling = Telling(resolver, border.ends_at)

    def run(self, entries: Iterable[Entry]) -> CallGraph:
        """Search from ``entries``, which come sorted."""
        for entry in entries:
            node = Node(entry.fn, entry.receiver, optional=self._optional(entry.fn))
            if node not in self.reached.parents:
                self.reached.entries[node] = entry
                self._enqueue(node, None)
        while self._queue:
            self._visit(self._queue.popleft())
        self.reached.first_round = self.reached.first_round or len(self.reached.entries)
        for gap in chain(self.unfollowed.gaps(), self.defaults.gaps()):
            self._note_gap(gap)
        return self.reached

    def _enqueue(self, node: Node, parent: Hop | None) -> None:
        self.reached.parents[node] = parent
        self.reached.order.append(node)
        self._queue.append(node)

    def connect(self, node: Node, to: Node, site: int) -> None:
        if self.roots.is_trusted(to.fn):
            return
        self.reached.edges.setdefault(node, []).append(Edge(to, site))
        if to not in self.reached.parents:
            self._enqueue(to, Hop(node, site))

    # One function.

    def runs(self, place: Call | Use | Operation, node: Node) -> bool:
        """True if a call or use happens when a function is reached as ``node``."""
        return runs(place, node, self.border.skips)

    def _is_default(self, call: Call, node: Node) -> bool:
        """True if a call runs where a parameter is missing."""
        is_skipped = call.flags & self.border.skips or call.under in node.never
        return bool(call.flags & Flag.OPTIONAL and call.fallback) and not is_skipped

    def _visit(self, node: Node) -> None:
        with self.store.faults.at(*node.fn):
            self._follow_calls(node)

    def _follow_calls(self, node: Node) -> None:
        self._ways.clear()
        body = self.store.body(node.fn)
        self.events.append(Entered(node))
        self.learning.see(node, body)
        self._replaced(node, body)
        elsewhere: set[int] = set()
        for call in body.calls:
            if call.site in elsewhere:
                continue
            if self.runs(call, node):
                self._call(node, body, call)
                elsewhere.update(self._given_away(node, call))
            elif self._is_default(call, node):
                self.defaults.note(node, call)
        for use in body.uses:
            if not self.runs(use, node):
                continue
            for entity in self._resolved(use, node):
                if isinstance(entity, External):
                    self.events.append(ExternalUse(node, use, entity))
                elif isinstance(entity, OwnClass) and use.flags & Flag.RAISED:
                    made = Call(use.site, use.target, use.written, flags=use.flags)
                    self.making.construct(node, made, entity)
            self._pass(node, use, use.target.path)
        for read in body.reads:
            if self.runs(read, node):
                self._pass(node, read, read.target.path)
        for operation in body.operations:
            if self.runs(operation, node):
                path, receiver = node.fn.path, node.receiver
                for found in self.implied.operated(operation, path, receiver, node.env):
                    self._follow(node, found, operation.site, operation.flags)
                self.unfollowed.note_operation(node, operation)
        for operation in awaits_later(body):
            if self.runs(operation, node):
                self._note_awaited(node, operation)

    def _note_awaited(self, node: Node, operation: Operation) -> None:
        resolve = partial(self.resolver.resolve, receiver=node.receiver, env=node.env)
        effect = awaited(operation.operand, lambda ref: resolve(ref, node.fn.path))
        if effect:
            self.events.append(Awaited(node, operation, effect))

    def _resolved(self, place: Call | Use, node: Node) -> tuple[Entity, ...]:
        return self.resolver.resolve(place.target, node.fn.path, node.receiver, env=node.env)

    def _replaced(self, node: Node, body: FunctionBody) -> None:
        """Search what runs instead of a function, or on its behalf: wrappers, for example."""
        for facts in body.classes:
            self._define(node, Cls(node.fn.path, facts.qualname))
        if not body.head.decorators:
            return
        site = body.head.site if body.head.site >= 0 else DEFINITION
        for other in (*self.implied.wrappers(node.fn), *self.implied.registered(node.fn)):
            self._follow(node, replace(other, receiver=node.receiver), site, 0)

    def _define(self, node: Node, cls: Cls) -> None:
        """The body of a class that is defined in a function runs there."""
        fn = Fn(cls.path, cls.qualname)
        site = self.store.body(fn).head.site
        inside = Node(fn, cls)
        self.connect(node, inside, site)
        for found in self.implied.defined(cls):
            self._follow(node, found, site, 0)

    def _pass(self, node: Node, place: Call | Use, path: tuple[str, ...]) -> None:
        """Properties on the way to a name."""
        if not path or not self.implied.may_run_code(path):
            return
        asked = (place.target, place.flags & _CHANGED, self.store.asks_for_any)
        if asked not in self._ways:
            at = (node.fn.path, node.receiver, node.env)
            self._ways[asked] = [*self.implied.on_the_way(place.target, *at, place.flags)]
        for found in self._ways[asked]:
            self._follow(node, found, place.site, place.flags)

    def _follow(self, node: Node, function: OwnFunction, site: int, flags: int) -> None:
        """Follow a function that Python calls by itself, with no arguments worth telling."""
        if self.border.ends_at(function.fn):
            return
        quiet = node.quiet or bool(flags & Flag.NOT_REPLAYING)
        for one in (function, *(self._implementations(function) or ())):
            self.connect(node, self.node_of(one, (), frozenset(), quiet), site)

    # One call.

    def _call(self, node: Node, body: FunctionBody, call: Call) -> None:
        self._pass(node, call, call.target.path)
        for entity in self._callees(call, node, body):
            self._note_outcome(node, call, entity)
            match entity:
                case External(instance=True):  # whatever calling an object of theirs does
                    self.unfollowed.note(node, call, entity)
                case External() if call.target.kind is Kind.PARAM and not call.target.path:
                    self._note_given(node, call, entity)
                case External():
                    self.events.append(ExternalCall(node, call, entity))
                    self._called_back(node, call, entity)
                    self.unfollowed.note(node, call, entity)
                case OwnFunction():
                    self._own(node, call, entity)
                case OwnClass():
                    self.making.construct(node, call, entity)
                case OwnInstance():
                    self._method(node, call, entity, "__call__")
                case Unresolved():
                    self._unresolved(node, call, entity)

    def _note_given(self, node: Node, call: Call, entity: External) -> None:
        """A parameter that is called: noted where it is given, for there it can be changed."""
        found = origin(self.reached, self.store, node, call)
        if found is None:
            self.events.append(ExternalCall(node, call, entity))
        else:
            caller, given, site = found
            self.events.append(ExternalArgument(caller, given, site, entity))

    def _given_away(self, node: Node, call: Call) -> Iterable[int]:
        """The sites of coroutines that a call gives to another thread, or that never begin."""
        if call.written.rpartition(".")[2] not in _RUN_ELSEWHERE:
            return ()
        found = self._resolved(call, node)
        if any(isinstance(e, External) and e.name in _RUN_ELSEWHERE.values() for e in found):
            return [arg.site for arg in call.args]
        return ()

    def _note_outcome(self, node: Node, call: Call, entity: Entity) -> None:
        outcomes = self.reached.outcomes.setdefault(node.fn, {})
        if isinstance(entity, External):
            outcomes.setdefault(call.site, entity.name)
        elif not isinstance(entity, (Unresolved, OwnModule)):
            outcomes[call.site] = "own"

    def _callees(self, call: Call, node: Node, body: FunctionBody) -> tuple[Entity, ...]:
        """Return the values that a call calls: the default for a parameter that is left out."""
        target = call.target
        if target.kind is Kind.PARAM and target.name in node.missing:
            default = next((p.default for p in body.head.params if p.name == target.name), UNKNOWN)
            target = replace(default, path=(*default.path, *target.path))
        return self.resolver.resolve(target, node.fn.path, node.receiver, env=node.env)

    def _own(self, node: Node, call: Call, entity: OwnFunction) -> None:
        self.events.append(OwnCall(node, call, entity))
        if not self.border.follows(entity, call):
            return
        head = self.store.head(entity.fn)
        if head is None or self.implied.is_skipped(entity.fn):
            return
        found = self._implementations(entity) if call.target.kind is not Kind.SUPER else ()
        if found is None:
            why = f"`{head.qualname}` has too many implementations in the project"
            self.gap(node, call, why)
            return
        for other in found:
            self.edge(node, other, call)
        if not (found and is_abstract(head)):
            self.edge(node, entity, call)

    def _implementations(self, entity: OwnFunction) -> tuple[OwnFunction, ...] | None:
        """Return what may implement a method that is only declared; ``None`` if too much may."""
        head = self.store.head(entity.fn)
        if head is None or not (is_abstract(head) or self._is_of_protocol(entity, head.owner)):
            return ()
        found = self.overriders.of(entity, frozenset(self.making.made))
        return tuple(replace(o, env=entity.env) for o in found) if found is not None else None

    def _is_of_protocol(self, entity: OwnFunction, owner: str) -> bool:
        return bool(owner) and self.resolver.results.is_protocol(Cls(entity.fn.path, owner))

    def edge(
        self, node: Node, entity: OwnFunction, call: Call, stored: frozenset[str] = _NONE
    ) -> None:
        """Follow a call. ``stored`` are the fields that a generated constructor was given."""
        names = self._falling_back(entity.fn)
        missing = optional = _NONE
        if names is not None:
            head = self.store.body(entity.fn).head
            missing = left_out(head, names, call, entity, node.missing) - stored
            optional = may_be_missing(head, names, call, entity, node.optional) - missing
        given = self.given(node, call.args)
        told = self.telling.told(node, entity, call)
        to = self.node_of(entity, given, missing, _is_quiet(node, call), optional, told)
        self.connect(node, to, call.site)

    def _falling_back(self, fn: Fn) -> Fallbacks | None:
        if fn not in self._fallbacks:  # once for all calls: it looks at the whole body
            self._fallbacks[fn] = fallbacks(self.store.body(fn))
        return self._fallbacks[fn]

    def _optional(self, fn: Fn) -> frozenset[str]:
        """The parameters of an entry point that are ``None`` if its callers leave them out."""
        head = self.store.head(fn)
        if head is None or all(param.default != NOTHING for param in head.params):
            return _NONE
        with self.store.faults.at(*fn):
            names = self._falling_back(fn)
            return by_default_none(head, names) if names is not None else _NONE
        return _NONE

    def given(self, node: Node, args: tuple[Arg, ...]) -> list[tuple[str, tuple[Entity, ...]]]:
        """Return what a call passes on, as far as that is plain to see."""
        found: list[tuple[str, tuple[Entity, ...]]] = []
        for arg in args:
            if not arg.star:
                found.append((arg.keyword, self._value(arg.value, node)))
                continue
            written = self.resolver.literals.find(arg.value.ref, node.fn.path)
            if written is None:
                found.append((arg.star, NOT_KNOWN))
                continue
            for ref in written[0].others:
                keyword = _keyword_of_spread(arg.star, ref)
                values: tuple[Entity, ...] = NOT_KNOWN
                if keyword not in SPREAD:
                    values = self.resolver.resolve(ref, written[1], node.receiver, env=node.env)
                found.append((keyword, values))
        return found

    def _value(self, value: Value, node: Node) -> tuple[Entity, ...]:
        if value.type is ValueType.NONE:
            return ()
        if value.ref.kind is Kind.UNKNOWN:
            return (Unresolved("its type is not known"),)
        return self.resolver.resolve(value.ref, node.fn.path, node.receiver, env=node.env)

    def node_of(
        self,
        entity: OwnFunction,
        given: Iterable[tuple[str, tuple[Entity, ...]]],
        missing: frozenset[str],
        quiet: bool,
        optional: frozenset[str] = _NONE,
        told: Told = (),
    ) -> Node:
        """A function with what it is given, as far as that decides what it calls."""
        head = self.store.head(entity.fn)
        env = entity.env
        if head is not None:
            pairs = [] if entity.partial else received(head, list(given), bound=entity.bound)
            env = joined(
                env, self.resolver.memory.held_by(entity.fn, pairs), self._absent(entity, missing)
            )
        clones = self._clones.setdefault(entity.fn, set())
        if env not in clones and len(clones) >= limits.CONTEXTS and not self._is_plain(env, clones):
            env = ()
        clones.add(env)
        never = self.telling.never(entity.fn, told)
        waits = optional or _NONE
        node = Node(entity.fn, entity.receiver, missing or _NONE, quiet, env, waits, told, never)
        return self._nodes.setdefault(node, node)  # many calls lead to one

    def _is_plain(self, env: Env, clones: set[Env]) -> bool:
        """True if there cannot be endlessly many like it: one parameter, a plain function."""
        plain = [isinstance(v, OwnFunction) and not v.env for e in env for v in e.values]
        return len(env) == 1 and all(plain) and len(clones) < limits.PLAIN_CONTEXTS

    def _absent(self, entity: OwnFunction, missing: frozenset[str]) -> list[GivenParam]:
        """Parameters that are left out are their defaults."""
        if not missing:
            return []
        head = self.store.body(entity.fn).head
        found: list[GivenParam] = []
        for param in head.params:
            if param.name in missing:
                values: tuple[Entity, ...] = ()
                if param.default.kind is not Kind.UNKNOWN:
                    values = self.resolver.resolve(param.default, entity.fn.path)
                some = tuple(v for v in values if not _is_nothing(v))
                if not any(isinstance(v, Unresolved) for v in some):
                    found.append(GivenParam(entity.fn, param.name, some))
        return found

    def _method(self, node: Node, call: Call, on: OwnInstance, name: str) -> None:
        for entity in self.resolver.attribute(on, name):
            if isinstance(entity, OwnFunction):
                self._own(node, call, entity)

    # What others call back, and what cannot be known.

    def _called_back(self, node: Node, call: Call, entity: External) -> None:
        if calls_its_arguments(entity.name):
            self._arguments(node, call, REGISTERED_BY.get(entity.name))
        methods = CALLED_BY_BUILTINS.get(entity.name)
        args = [a for a in call.args if not a.star]
        if methods is not None and args and not args[0].keyword:
            self._ask(node, call, self._value(args[0].value, node), methods)
        if entity.name == "builtins.str.format":
            for arg in args:
                self._ask(node, call, self._value(arg.value, node), _FORMAT)
        if entity.name in COMPARED_BY and all(a.keyword != "key" for a in args):
            given = [e for a in args for e in self._value(a.value, node)]
            inner = [i for e in given for i in self.resolver.contents.element(e)]
            self._ask(node, call, (*given[1:], *inner), ("__lt__|__gt__",))

    def _ask(
        self, node: Node, call: Call, given: Iterable[Entity], methods: tuple[str, ...]
    ) -> None:
        """Methods that a function outside the project calls of what it is given."""
        for entity in given:
            if isinstance(entity, OwnInstance):
                for found in self.implied.called_on(entity, methods):
                    self._follow(node, found, call.site, call.flags)

    def _unresolved(self, node: Node, call: Call, why: Unresolved) -> None:
        method = call.target.path[-1] if call.target.path else ""
        method = method or call.written.rpartition(".")[2]
        of = call.target.of
        if method in CALLBACK_METHODS and of is not None and of.path[-1:] == ("submit",):
            return  # what an executor has been given is called back in a thread of its own
        if method in CALLBACK_METHODS:
            self._arguments(node, call)
        elif not is_of_plain_value(call, method):
            self.gap(node, call, why.reason)

    def gap(self, node: Node, call: Call, reason: str) -> None:
        self._note_gap(GapAt(node, call.site, call.written, reason))

    def _note_gap(self, gap: GapAt) -> None:
        self.reached.gaps.append(gap)
        self.reached.outcomes.setdefault(gap.node.fn, {}).setdefault(gap.site, "gap")

    def _arguments(self, node: Node, call: Call, region: Region | None = None) -> None:
        """Functions that are handed to something that calls them, then or as a handler."""
        for arg in call.args:
            begins = Region.VALIDATOR if region and arg.keyword == "validator" else region
            self._handed(node, call, arg.value, arg.site, begins)

    def _handed(
        self, node: Node, call: Call, value: Value, site: int, region: Region | None
    ) -> None:
        for entity in self._value(value, node):
            if isinstance(entity, External) and not entity.instance:
                self.events.append(ExternalArgument(node, call, site, entity))
            elif isinstance(entity, OwnFunction) and not self.border.ends_at(entity.fn):
                to = self.node_of(entity, (), frozenset(), _is_quiet(node, call))
                self.connect(node, to, call.site)
                if region is not None:
                    self.reached.registered.setdefault(Hop(node, call.site), {})[to] = region
            elif isinstance(entity, OwnClass) and value.type in (ValueType.NAME, ValueType.CALL):
                self.making.construct(node, replace(call, args=()), entity)


def _keyword_of_spread(star: str, ref: Ref) -> str:
    """The keyword of something in a list or dictionary that is spread into a call."""
    if star == "*":
        return "*" if ref.kind is Kind.ELEMENT else ""
    return ref.name if ref.kind is Kind.KEYWORD else "**"


def _is_quiet(node: Node, call: Call) -> bool:
    return node.quiet or bool(call.flags & Flag.NOT_REPLAYING)


def _is_nothing(entity: Entity) -> bool:
    return isinstance(entity, External) and entity.name in ("builtins.None", "builtins.NoneType")


def look_at(resolver: Resolver, fn: Fn) -> Iterator[Event]:
    """Return what stands in one body, its calls not followed."""
    node, body = Node(fn), resolver.store.body(fn)
    yield Entered(node)
    for call in body.calls:
        if not runs(call, node):
            continue
        for entity in resolver.resolve(call.target, fn.path):
            if isinstance(entity, External):
                yield ExternalCall(node, call, entity)
            elif isinstance(entity, OwnFunction):
                yield OwnCall(node, call, entity)
    for use in body.uses:
        for entity in resolver.resolve(use.target, fn.path):
            if isinstance(entity, External) and runs(use, node):
                yield ExternalUse(node, use, entity)
