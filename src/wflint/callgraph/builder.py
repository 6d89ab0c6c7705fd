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
from weakref import proxy

from msgspec import Struct
from msgspec.structs import replace

from wflint.callgraph.argument_origin import origin
from wflint.callgraph.attribute_stores import Learning
from wflint.callgraph.awaited import awaited, awaits_later, keeps_handles
from wflint.callgraph.callbacks import Callbacks
from wflint.callgraph.constructors import Making
from wflint.callgraph.contexts import Contexts
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
from wflint.callgraph.implicit_calls import Implied, object_of
from wflint.callgraph.overrides import Implementations, Overriders
from wflint.callgraph.telling import Telling
from wflint.callgraph.unfollowed import Unfollowed, is_of_plain_value
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import (
    Call,
    Flag,
    FunctionBody,
    Kind,
    Operation,
    Ref,
    Use,
)
from wflint.inference.attributes import is_abstract
from wflint.inference.library_types import CALLBACK_METHODS
from wflint.inference.resolver import Resolver
from wflint.inference.values import (
    AbstractValue,
    ClassValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
    ModuleValue,
    Unresolved,
)
from wflint.temporal.regions import Region

_CHANGED = Flag.STORED | Flag.DELETED


class Border(Struct, frozen=True):
    """The ends of a search: what it does not follow.

    ``follows`` is true of calls of functions of the project that are followed, ``ends_at`` of
    functions that run somewhere else, whoever is given them. ``minds`` is true of functions outside
    the project that are worth telling of where they make the default of a field, ``knows`` of those
    that a rule is about. ``skips`` are the flags of places that do not count. ``in_threads`` is set
    for code that may run in threads, where a function may run a loop of its own, ``runs_agents``
    where frameworks run what they are given: in workflows, and not when a module is imported.
    ``is_kept`` is true of functions that only give again what an earlier call has given, asked with
    the class of the object whose method calls, ``is_filled`` of variables of a file, which begin as
    None, that have been set by then. ``can_load`` is false of modules that code in a file surely
    cannot import.
    """

    follows: Callable[[FunctionValue, Call], bool]
    ends_at: Callable[[Fn], bool]
    minds: Callable[[ExternalValue], bool]
    knows: Callable[[ExternalValue], bool]
    skips: int = NOT_WORKFLOW_CODE
    in_threads: bool = False
    runs_agents: bool = False
    is_kept: Callable[[Fn, Cls | None], bool] = lambda *_: False
    is_filled: Callable[[str, str], bool] = lambda *_: False
    can_load: Callable[[str, str], bool] = lambda *_: True


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
        self._ways: dict[tuple[Ref, int, bool], list[FunctionValue]] = {}  # in the function at hand
        self.learning = Learning(resolver)
        itself = proxy(self)  # no circle: garbage is not looked for during a run
        self.making = Making(itself)
        self.unfollowed = Unfollowed(itself)
        self.defaults = Defaults(itself)
        telling = Telling(resolver, border.ends_at, border.is_filled, border.can_load)
        self.contexts = Contexts(resolver, telling)
        self.callbacks = Callbacks(itself)

    def run(self, entries: Iterable[Entry]) -> CallGraph:
        """Search from ``entries``, which come sorted."""
        for entry in entries:
            node = Node(entry.fn, entry.receiver, optional=self.contexts.optional(entry.fn))
            if node not in self.reached.parents:
                self.reached.entries[node] = entry
                self._enqueue(node, None)
        while self._queue:
            self._visit(self._queue.popleft())
            if self.store.progress is not None:
                known = len(self.reached.order)
                self.store.progress("Following calls", known - len(self._queue), known)
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
        if Hop(node, site) in self.callbacks.in_own_loop:
            own = self.reached.registered.setdefault(Hop(node, site), {})
            own[to] = Region.SYNC_ACTIVITY
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
        self._note_recorded(node, body)
        self._replaced(node, body)
        elsewhere: set[int] = set()
        for call in body.calls:
            if call.site in elsewhere:
                continue
            if self.runs(call, node):
                self._call(node, body, call)
                elsewhere.update(self.callbacks.given_away(node, call))
            elif self._is_default(call, node):
                self.defaults.note(node, call)
        for use in body.uses:
            if not self.runs(use, node):
                continue
            for entity in self._resolved(use, node):
                if isinstance(entity, ExternalValue):
                    self.events.append(ExternalUse(node, use, entity))
                elif isinstance(entity, ClassValue) and use.flags & Flag.RAISED:
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
                    self.follow(node, found, operation.site, operation.flags)
                self.unfollowed.note_operation(node, operation)
        self._note_awaited(node, body)

    def _note_recorded(self, node: Node, body: FunctionBody) -> None:
        for places in (body.calls, body.uses, body.reads, body.operations):
            self.reached.recorded.update(
                Hop(node, place.site) for place in places if place.flags & Flag.RECORDED
            )

    def _note_awaited(self, node: Node, body: FunctionBody) -> None:
        places = [place for place in awaits_later(body) if self.runs(place, node)]
        has_handles = bool(places) and keeps_handles(body)
        resolve = partial(self.resolver.resolve, receiver=node.receiver, env=node.env)
        for place in places:
            effect = awaited(place, lambda ref: resolve(ref, node.fn.path), has_handles=has_handles)
            if effect:
                self.events.append(Awaited(node, place.site, effect))

    def _resolved(self, place: Call | Use, node: Node) -> tuple[AbstractValue, ...]:
        return self.resolver.resolve(place.target, node.fn.path, node.receiver, env=node.env)

    def _replaced(self, node: Node, body: FunctionBody) -> None:
        """Search what runs instead of a function, or on its behalf: wrappers, for example."""
        for facts in body.classes:
            self._define(node, Cls(node.fn.path, facts.qualname))
        if not body.head.decorators:
            return
        site = body.head.site if body.head.site >= 0 else DEFINITION
        given = object_of(body.head, node.receiver, node.env)
        for wrapper in self.implied.replacing(node.fn, node.receiver, node.env):
            if not self.border.ends_at(wrapper.fn):
                self.connect(node, self.contexts.node(wrapper, given, quiet=node.quiet), site)
        for other in self.implied.registered(node.fn):
            self.follow(node, replace(other, receiver=node.receiver), site, 0)

    def _define(self, node: Node, cls: Cls) -> None:
        """The body of a class that is defined in a function runs there."""
        fn = Fn(cls.path, cls.qualname)
        site = self.store.body(fn).head.site
        inside = Node(fn, cls)
        self.connect(node, inside, site)
        for found in self.implied.defined(cls):
            self.follow(node, found, site, 0)

    def _pass(self, node: Node, place: Call | Use, path: tuple[str, ...]) -> None:
        """Properties on the way to a name."""
        if not path or not self.implied.may_run_code(path):
            return
        asked = (place.target, place.flags & _CHANGED, self.store.asks_for_any)
        if asked not in self._ways:
            at = (node.fn.path, node.receiver, node.env)
            self._ways[asked] = [*self.implied.on_the_way(place.target, *at, place.flags)]
        for found in self._ways[asked]:
            self.follow(node, found, place.site, place.flags)

    def follow(self, node: Node, function: FunctionValue, site: int, flags: int) -> None:
        """Follow a function that Python calls by itself, with no arguments worth telling."""
        if self.border.ends_at(function.fn):
            return
        quiet = node.quiet or bool(flags & Flag.NOT_REPLAYING)
        for one in (function, *self._implementations(function).found):
            self.connect(node, self.contexts.node(one, quiet=quiet), site)

    # One call.

    def _call(self, node: Node, body: FunctionBody, call: Call) -> None:
        self._pass(node, call, call.target.path)
        for entity in self._callees(call, node, body):
            self._note_outcome(node, call, entity)
            match entity:
                case ExternalValue(instance=True):  # whatever calling an object of theirs does
                    self.unfollowed.note(node, call, entity)
                case ExternalValue() if call.target.kind is Kind.PARAM and not call.target.path:
                    self._note_given(node, call, entity)
                case ExternalValue():
                    self.events.append(ExternalCall(node, call, entity))
                    self.callbacks.follow(node, call, entity)
                    self.unfollowed.note(node, call, entity)
                case FunctionValue():
                    self._own(node, call, entity)
                case ClassValue():
                    self.making.construct(node, call, entity)
                case InstanceValue():
                    self._method(node, call, entity, "__call__")
                case Unresolved():
                    self._unresolved(node, call, entity)

    def _note_given(self, node: Node, call: Call, entity: ExternalValue) -> None:
        """A parameter that is called: noted where it is given, for there it can be changed."""
        found = origin(self.reached, self.store, node, call)
        if found is None:
            self.events.append(ExternalCall(node, call, entity))
        else:
            caller, given, site = found
            self.events.append(ExternalArgument(caller, given, site, entity))

    def _note_outcome(self, node: Node, call: Call, entity: AbstractValue) -> None:
        outcomes = self.reached.outcomes.setdefault(node.fn, {})
        if isinstance(entity, ExternalValue):
            outcomes.setdefault(call.site, entity.name)
        elif not isinstance(entity, (Unresolved, ModuleValue)):
            outcomes[call.site] = "own"

    def _callees(self, call: Call, node: Node, body: FunctionBody) -> tuple[AbstractValue, ...]:
        target = self.contexts.target(call, node, body)
        return self.resolver.resolve(target, node.fn.path, node.receiver, env=node.env)

    def _own(self, node: Node, call: Call, entity: FunctionValue) -> None:
        self.events.append(OwnCall(node, call, entity))
        if not self.border.follows(entity, call):
            return
        head = self.store.head(entity.fn)
        if head is None or self.implied.is_skipped(entity.fn):
            return
        if self.border.is_kept(entity.fn, node.receiver):
            return
        known = Implementations()
        if call.target.kind is not Kind.SUPER:
            known = self._implementations(entity)
        if known.unknown:
            self.gap(node, call, known.unknown)
            if not known.found:
                return
        for other in known.found:
            self.edge(node, other, call)
        if not (known.found and is_abstract(head)):
            self.edge(node, entity, call)

    def _implementations(self, entity: FunctionValue) -> Implementations:
        """Return what may implement a method, if it is only declared."""
        head = self.store.head(entity.fn)
        if head is None or not (is_abstract(head) or self._is_of_protocol(entity, head.owner)):
            return Implementations()
        known = self.overriders.of(entity, frozenset(self.making.made))
        found = tuple(replace(other, env=entity.env) for other in known.found)
        return Implementations(found, known.unknown)

    def _is_of_protocol(self, entity: FunctionValue, owner: str) -> bool:
        return bool(owner) and self.resolver.results.is_protocol(Cls(entity.fn.path, owner))

    def edge(
        self, node: Node, entity: FunctionValue, call: Call, filled: frozenset[str] | None = None
    ) -> None:
        """Follow a call. ``filled`` are the fields that a generated constructor was given."""
        self.connect(node, self.contexts.called(node, entity, call, filled), call.site)

    def _method(self, node: Node, call: Call, on: InstanceValue, name: str) -> None:
        for entity in self.resolver.attribute(on, name):
            if isinstance(entity, FunctionValue):
                self._own(node, call, entity)

    # What cannot be known.

    def _unresolved(self, node: Node, call: Call, why: Unresolved) -> None:
        method = call.target.path[-1] if call.target.path else ""
        method = method or call.written.rpartition(".")[2]
        of = call.target.of
        if method in CALLBACK_METHODS and of is not None and of.path[-1:] == ("submit",):
            return  # what an executor has been given is called back in a thread of its own
        if method in CALLBACK_METHODS:
            self.callbacks.arguments(node, call)
        elif not is_of_plain_value(call, method):
            self.gap(node, call, why.reason)

    def gap(self, node: Node, call: Call, reason: str) -> None:
        self._note_gap(GapAt(node, call.site, call.written, reason))

    def _note_gap(self, gap: GapAt) -> None:
        self.reached.gaps.append(gap)
        self.reached.outcomes.setdefault(gap.node.fn, {}).setdefault(gap.site, "gap")


def look_at(resolver: Resolver, fn: Fn, words: frozenset[str] | None = None) -> Iterator[Event]:
    """Return what stands in one body, its calls not followed.

    With ``words`` it is only calls of names that end with one of these, and of plain names, which
    may stand for others.
    """
    node, body = Node(fn), resolver.store.body(fn)
    yield Entered(node)
    for call in body.calls:
        path = call.target.path
        if (words is not None and path and path[-1] not in words) or not runs(call, node):
            continue
        for entity in resolver.resolve(call.target, fn.path):
            if isinstance(entity, ExternalValue):
                yield ExternalCall(node, call, entity)
            elif isinstance(entity, FunctionValue):
                yield OwnCall(node, call, entity)
    for use in body.uses if words is None else ():
        for entity in resolver.resolve(use.target, fn.path):
            if isinstance(entity, ExternalValue) and runs(use, node):
                yield ExternalUse(node, use, entity)
