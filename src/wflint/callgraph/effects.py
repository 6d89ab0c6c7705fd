"""Effects of the functions of workflow code: their own, and those of what they call.

A summary over the finished call graph: each function has the effects of its own body, and callers
inherit along the calls that run in the same task. Who asks gets the nearest place as well.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from msgspec import Struct, field

from wflint.callgraph.catching import Catching
from wflint.callgraph.events import Awaited, Event, ExternalCall
from wflint.callgraph.graph import (
    NOT_WORKFLOW_CODE,
    CallGraph,
    Hop,
    Node,
    runs,
    stands_in_dead_branch,
)
from wflint.callgraph.waited_for import WAIT_FOR, WaitedFor, waited_site
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import (
    Call,
    Flag,
    FunctionBody,
    Kind,
    Mutation,
    Raise,
    Site,
    Use,
    ValueType,
)
from wflint.facts.questions import NEEDS_ACTIVITY
from wflint.facts.sites import call_at, tries_around, tries_handling
from wflint.inference.library_types import CONTEXT_RUN
from wflint.project.store import Store
from wflint.temporal.api import Gives, SdkCall, sdk_calls
from wflint.temporal.effects import Effect, parts_of
from wflint.temporal.errors import FAILS_AS

_SHIELDS = "shield"
"""The function of asyncio that is cancelled itself, before what it waits for has failed."""

_COMES_AS_IT_IS = Effect.AWAITS_ASYNCIO | Effect.AWAITS_START
"""Waits that any ``wait_for`` lets end by a ``CancelledError`` of asyncio."""

FAILS = Effect.AWAITS_ACTIVITY | Effect.AWAITS_CHILD | Effect.AWAITS_OPERATION
"""Waits that end by an error if what they wait for fails."""

Function = tuple[Fn, "Cls | None"]
"""A function, and the class of the object that it is called on."""

_OTHERS = {
    **dict.fromkeys(NEEDS_ACTIVITY, Effect.ASKS_ACTIVITY),
    "temporalio.activity.heartbeat": Effect.HEARTBEATS | Effect.ASKS_ACTIVITY,
    "temporalio.workflow.continue_as_new": Effect.COMMAND | Effect.RAISES | Effect.CONTINUES,
}
_WAITS_IN_LOOP = frozenset(
    {
        "asyncio.Barrier.wait",
        "asyncio.Condition.wait",
        "asyncio.Condition.wait_for",
        "asyncio.Event.wait",
        "asyncio.Lock.acquire",
        "asyncio.PriorityQueue.get",
        "asyncio.Queue.get",
        "asyncio.Queue.join",
        "asyncio.Queue.put",
        "asyncio.Semaphore.acquire",
        "asyncio.shield",
        "asyncio.wait",
    }
)
"""What waits in the event loop when it is awaited, and is no command."""
_NO_EFFECT = Effect(0)
_HARMLESS = ("builtins.", "collections.", "dataclasses.", "enum.", "itertools.", "math.", "typing.")
"""Prefixes of functions that do nothing but give a value, or change what they get."""
_OF_THE_SAME_OBJECT = frozenset({Kind.SELF, Kind.CLS, Kind.SUPER})
_SHARED = frozenset({Kind.GLOBAL, Kind.IMPORT, Kind.CLS})
_ASYNC_METHODS = frozenset({"__aenter__", "__aiter__", "__anext__"})
_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__"})


class Cause(Struct, frozen=True):
    """The reason for an effect: something at ``site``, or the call there of ``callee``."""

    site: Site
    callee: Function | None = None


class Effects(Struct):
    """The effects of all functions of a call graph, each with the nearest cause.

    ``has_3_12`` tells files that only run with Python 3.12 or later, ``waited_for`` what functions
    give to ``wait_for``.
    """

    causes: dict[tuple[Function, Effect], Cause] = field(default_factory=dict)
    waited_for: WaitedFor = field(default_factory=WaitedFor)
    has_3_12: Callable[[str], bool] = lambda _: False

    def reach(self, effect: Effect, callee: Node, hop: Hop, store: Store) -> bool:
        """True if a call of ``callee``, at ``hop``, has some part of an effect for the caller."""
        function, is_new = (callee.fn, callee.receiver), self.has_3_12(hop.node.fn.path)
        return any(
            (function, one) in self.causes
            and _passed_on(one, callee, hop, store, self.waited_for, is_new) is not None
            for one in parts_of(effect)
        )

    def of(self, functions: Iterable[Function]) -> Effect:
        """Return all effects that some functions have."""
        found = _NO_EFFECT
        for function in functions:
            for effect in Effect:
                if (function, effect) in self.causes:
                    found |= effect
        return found

    def way(self, function: Function, effect: Effect) -> list[tuple[Function, Site]]:
        """Return the shortest way to where an effect is: functions with a site in each.

        The site in the last one is the place itself, in the others it is the call that leads on.
        Empty if the function does not have the effect.
        """
        found: list[tuple[Function, Site]] = []
        at: Function | None = function
        while at is not None:
            cause = self.causes.get((at, effect))
            if cause is None:
                return []
            found.append((at, cause.site))
            at = cause.callee
        return found


def summarise(
    graph: CallGraph,
    events: Iterable[Event],
    store: Store,
    catching: Catching,
    skips: int = NOT_WORKFLOW_CODE,
    has_3_12: Callable[[str], bool] = lambda _: False,
) -> Effects:
    """Return the effects of everything that a call graph reaches.

    What has any of the flags ``skips`` does not run there. ``has_3_12`` tells files that only run
    with Python 3.12 or later.
    """
    own = _Own(store, catching)
    for node in graph.order:
        followed = {edge.site for edge in graph.callees(node)}
        for effect, site in _of_body(node, store.body(node.fn), followed, skips):
            own.keep(node, effect, site)
    waited_for: list[ExternalCall] = []
    carried: set[Hop] = set()
    for event in events:
        if isinstance(event, Awaited):
            own.keep_all(event.node, parts_of(event.effect | Effect.WAITS), event.site)
        elif isinstance(event, ExternalCall) and runs(event.call, event.node, skips):
            own.add_call(event)
            if _runs_in_kept_context(event):
                carried.add(Hop(event.node, event.call.site))
            if event.entity.name == WAIT_FOR and event.call.flags & Flag.AWAITED:
                waited_for.append(event)
    for event in waited_for:
        own.add_what_is_waited_for(event, has_3_12(event.node.fn.path))
    for gap in graph.gaps:
        own.keep(gap.node, Effect.UNKNOWN, gap.site)
    effects = Effects(has_3_12=has_3_12)
    effects.causes.update((key, Cause(site)) for key, site in own.first.items())
    _inherit(graph, store, effects, catching, carried)
    return effects


class _Own:
    """The effects that functions have by themselves, each with its first place in the source."""

    def __init__(self, store: Store, catching: Catching) -> None:
        self.first: dict[tuple[Function, Effect], Site] = {}
        self._store = store
        self._catching = catching
        self._begun: dict[tuple[Node, Site], str] = {}

    def keep(self, node: Node, effect: Effect, site: Site) -> None:
        """Keep an effect."""
        key = ((node.fn, node.receiver), effect)
        self.first[key] = min(site, self.first.get(key, site))

    def keep_all(self, node: Node, effects: Iterable[Effect], site: Site) -> None:
        """Keep the effects that no handler around the place keeps from the caller."""
        for effect in effects:
            if not _is_handled(effect, node, site, self._store, self._catching):
                self.keep(node, effect, site)

    def add_call(self, event: ExternalCall) -> None:
        """Keep what a call does; what it only begins may be waited for elsewhere."""
        node, call, name = event.node, event.call, event.entity.name
        if not call.flags & Flag.AWAITED:
            self._begun[node, call.site] = name
        is_lambda = node.fn.qualname.rpartition(".")[2].startswith("<lambda>")
        does = _of_call(name, call, is_lambda)
        if name == WAIT_FOR:  # what it waits for says what that is
            does = tuple(one for one in does if one is not Effect.AWAITS_ASYNCIO)
        if call.flags & Flag.NOT_IN_WORKFLOW:  # only where an activity runs
            does = tuple(one for one in does if one is not Effect.ASKS_ACTIVITY)
        self.keep_all(node, does, call.site)

    def add_what_is_waited_for(self, event: ExternalCall, has_3_12: bool) -> None:
        """Keep what an awaited call of ``wait_for`` waits for, once all calls are added."""
        node, call = event.node, event.call
        name = self._begun.get((node, waited_site(call)), "")
        self.keep_all(node, parts_of(of_waiting_for(name, has_3_12)), call.site)


def _of_call(name: str, call: Call, is_lambda: bool) -> tuple[Effect, ...]:
    known = sdk_calls().get(name)
    if known is None or not known.in_workflow:
        waits = name in _WAITS_IN_LOOP and call.flags & Flag.AWAITED
        return (*_of_name(name), Effect.AWAITS_ASYNCIO) if waits else _of_name(name)
    awaited = Flag.AWAITED if is_lambda else Flag.AWAITED | Flag.RETURNED
    if known.gives is not Gives.COROUTINE or call.flags & awaited:
        return parts_of(_OTHERS.get(name, _NO_EFFECT) | effects_of(known, call))
    return _of_name(name)  # it is a coroutine that does nothing yet


def effects_of(known: SdkCall, call: Call) -> Effect:
    """Return what a call of the SDK or of asyncio does where it happens, and is awaited."""
    does = known.does | Effect.ACTS if known.acts else known.does
    if known.gives_activity and call.flags & Flag.AWAITED:
        return does | Effect.WAITS | Effect.AWAITS_ACTIVITY
    if known.name in _WAITS_IN_LOOP and call.flags & Flag.AWAITED:
        return does | Effect.AWAITS_ASYNCIO
    if does & Effect.TIMES_OUT and not _has_timeout(known, call):
        return does & ~Effect.TIMES_OUT
    return does


def of_waiting_for(name: str, has_3_12: bool) -> Effect:
    """Return what ``wait_for`` waits for, by the name of what gives that.

    What it is to an activity depends on the Python, unless that is known to be new enough. Of what
    is not known, nothing is said.
    """
    known = sdk_calls().get(name)
    if known is None or name in _WAITS_IN_LOOP:
        return waits_in_loop(name)
    does = Effect.AWAITS_ACTIVITY if known.gives_activity else known.does
    return does & (_COMES_AS_IT_IS | FAILS if has_3_12 else _COMES_AS_IT_IS)


def waits_in_loop(name: str) -> Effect:
    """Return what awaiting something does that is no call of the SDK."""
    return Effect.AWAITS_ASYNCIO if name in _WAITS_IN_LOOP else _NO_EFFECT


def _has_timeout(known: SdkCall, call: Call) -> bool:
    """True if a call that may have a timeout surely has one."""
    plain = [arg for arg in call.args if not arg.keyword]
    position = 0 if not known.options else 1
    given = [arg for arg in call.args if arg.keyword == "timeout"] or plain[position : position + 1]
    if not given or any(arg.star for arg in plain[: position + 1]):
        return False
    return given[0].value.type is not ValueType.NONE


@lru_cache(maxsize=4096)
def _of_name(name: str) -> tuple[Effect, ...]:
    """What calling something does that is no call of the SDK's, or only makes a coroutine."""
    does = _OTHERS.get(name, _NO_EFFECT)
    if not does and name not in sdk_calls() and not name.startswith(_HARMLESS):
        does = Effect.UNKNOWN
    return parts_of(does)


def _of_body(
    node: Node, body: FunctionBody, followed: set[Site], skips: int
) -> Iterator[tuple[Effect, Site]]:
    """Return what a body does by itself; ``followed`` are the sites of the calls that lead on."""
    places: list[Call | Use] = [*body.calls, *body.uses, *body.reads]
    for place in places:
        if not runs(place, node, skips):
            continue
        if place.flags & Flag.AWAITED and place.site not in followed:
            yield Effect.WAITS, place.site
    for operation in body.operations:
        if not _ASYNC_METHODS.isdisjoint(operation.methods) and runs(operation, node, skips):
            yield Effect.WAITS, operation.site
    for statement in body.raises:
        if not statement.flags & skips and _raises(statement, node, body):
            yield Effect.RAISES, statement.site
    for mutation in body.mutations:
        if stands_in_dead_branch(mutation, node):
            continue
        if not mutation.flags & skips:
            yield _of_mutation(mutation), mutation.site


def _raises(statement: Raise, node: Node, body: FunctionBody) -> bool:
    """True of a ``raise`` that may run, but one of what the function has caught itself."""
    if stands_in_dead_branch(statement, node):
        return False
    return not statement.is_again or not any(
        handler is not None for _, handler in tries_handling(body, statement.site)
    )


def _is_handled(effect: Effect, node: Node, site: Site, store: Store, catching: Catching) -> bool:
    """True if an effect is one that may fail, and a handler around the place keeps the error."""
    return effect in FAILS_AS and any(
        catching.keeps(tried, effect, node.fn.path, node.receiver)
        for tried in tries_around(store.body(node.fn), site)
    )


def _of_mutation(mutation: Mutation) -> Effect:
    kind = mutation.target.kind
    if kind is Kind.SELF:
        return Effect.MUTATES_SELF
    return Effect.MUTATES_SHARED if kind in _SHARED else Effect.MUTATES_OTHERS


def _runs_in_kept_context(event: ExternalCall) -> bool:
    """True for ``context.run(...)``, unless the context is copied on the spot: it knows no more."""
    return event.entity.name == CONTEXT_RUN and not event.call.written.endswith(").run")


def _inherit(
    graph: CallGraph, store: Store, effects: Effects, catching: Catching, carried: set[Hop]
) -> None:
    """Give each effect to the callers, nearest first.

    What is called at one of the hops ``carried`` asks a context of its own for the activity.
    """
    nodes: dict[Function, list[Node]] = {}
    for node in graph.order:
        nodes.setdefault((node.fn, node.receiver), []).append(node)
    queue = deque(effects.causes)
    while queue:
        function, effect = queue.popleft()
        for node in nodes[function]:
            for hop in graph.callers(node):
                if effect is Effect.ASKS_ACTIVITY and hop in carried:
                    continue
                if _is_handled(effect, hop.node, hop.site, store, catching):
                    continue
                is_new = effects.has_3_12(hop.node.fn.path)
                passed_on = _passed_on(effect, node, hop, store, effects.waited_for, is_new)
                caller = (hop.node.fn, hop.node.receiver)
                if passed_on is not None and (caller, passed_on) not in effects.causes:
                    effects.causes[caller, passed_on] = Cause(hop.site, function)
                    queue.append((caller, passed_on))


def _passed_on(
    effect: Effect,
    callee: Node,
    hop: Hop,
    store: Store,
    waited_for: WaitedFor,
    has_3_12: bool,
) -> Effect | None:
    """Return what an effect of a callee is for the caller; None if it is none."""
    body = store.body(hop.node.fn)
    call = call_at(body, hop.site)
    head = store.body(callee.fn).head
    if not runs_in_same_task(callee, hop, store):
        is_waited_for = call is not None and call.site in waited_for.sites(hop.node.fn, body)
        through = _COMES_AS_IT_IS | FAILS if has_3_12 else _COMES_AS_IT_IS
        return effect if is_waited_for and effect & through else None  # in a task of its own
    if effect in FAILS_AS and call is not None and _last_word(call) == _SHIELDS:
        return None
    if effect is not Effect.MUTATES_SELF:
        return effect
    if not head.owner:
        return effect  # a function inside a method, which changes what that was called on
    if head.name in _CONSTRUCTORS:
        return None  # the object is new
    if call is None or call.target.kind in _OF_THE_SAME_OBJECT:
        return effect
    is_shared = call.target.kind in (Kind.GLOBAL, Kind.IMPORT)
    return Effect.MUTATES_SHARED if is_shared else Effect.MUTATES_OTHERS


def runs_in_same_task(callee: Node, hop: Hop, store: Store) -> bool:
    """True if what is called runs before the caller goes on: a coroutine if it is awaited."""
    head = store.body(callee.fn).head
    if not head.is_async or head.is_generator:
        return True
    call = call_at(store.body(hop.node.fn), hop.site)
    return call is None or bool(call.flags & Flag.AWAITED)


def _last_word(call: Call) -> str:
    return call.written.rpartition(".")[2]
