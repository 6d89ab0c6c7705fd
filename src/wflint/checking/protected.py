"""What can happen below and around a ``try``: errors that come out of calls, and who cleans up."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial
from typing import TYPE_CHECKING

from wflint.callgraph.effects import runs_in_same_task
from wflint.callgraph.graph import CallGraph, Hop, Node, runs
from wflint.facts.model import Call, Exit, Flag, FunctionBody, Site, Try
from wflint.facts.sites import between, last_words, tries_around, tries_handling
from wflint.inference.values import ExternalValue
from wflint.temporal.api import CallKind, sdk_calls
from wflint.temporal.effects import Effect
from wflint.temporal.errors import CANCELLED, classes_of

if TYPE_CHECKING:
    from wflint.checking.checker import Checker


_FAILS = Effect.AWAITS_ACTIVITY | Effect.AWAITS_CHILD | Effect.AWAITS_OPERATION
_HARMLESS = (
    "builtins.",
    "collections.",
    "dataclasses.",
    "datetime.",
    "logging.",
    "temporalio.common.",
    "temporalio.workflow.",
    "typing.",
)
_LOOP_RUNNERS = ("anyio.run", "asyncio.Runner.run", "asyncio.run", "asyncio.runners.")
_LOOP_RUNS = frozenset({"async_to_sync", "run_forever", "run_until_complete"})
"""Names, whatever they are of, of what runs an event loop and raises what comes out of that."""

_SENDS = frozenset({CallKind.CANCEL, CallKind.SIGNAL, CallKind.SIGNAL_WITH_START})
"""Commands to other workflows, which fail with an ``ApplicationError`` themselves."""


def may_fail_otherwise(checker: Checker, node: Node, tried: Try, *, strictly: bool) -> bool:
    """True if anything in a ``try`` may fail but commands: a library, or what is not known.

    ``strictly`` says that expressions and functions of the project may do so as well.
    """
    graph, store = checker.summaries.graph, checker.resolver.store
    outcomes = graph.outcomes.get(node.fn, {})
    inside = [
        outcomes.get(call.site, "gap")
        for call in between(store.body(node.fn).calls, tried.start, tried.end)
    ]
    if strictly:
        return not tried.is_plain or not all(map(_only_fails_later, inside))
    if not all(map(_is_harmless, inside)):
        return True
    starts = [
        Hop(node, edge.site) for edge in graph.callees(node) if tried.start <= edge.site < tried.end
    ]
    return any(
        not _is_harmless(graph.outcomes.get(other.fn, {}).get(call.site, "gap"))
        for other in graph.search(starts)
        for call in store.body(other.fn).calls
    )


def _only_fails_later(name: str) -> bool:
    """True of a command whose failure is an error of the SDK, and of what its options are made."""
    known = sdk_calls().get(name)
    if known is not None:
        fails_later = bool(known.does & _FAILS) or known.gives_activity
        return fails_later or known.kind is CallKind.TIMER
    return name in ("datetime.timedelta", "temporalio.common.RetryPolicy")


def _is_harmless(name: str) -> bool:
    """True of a call that raises no errors of its own kind: only such as ``TypeError``."""
    known = sdk_calls().get(name)
    if known is not None:
        return known.kind not in _SENDS
    return name == "own" or name.startswith(_HARMLESS)


def runs_event_loop(checker: Checker, node: Node, tried: Try) -> bool:
    """True if something in a ``try`` runs an event loop of its own, here or in what it calls."""
    graph, store = checker.summaries.graph, checker.resolver.store
    start, end = tried.start, tried.end
    if any(_runs_loop(graph, node, c) for c in between(store.body(node.fn).calls, start, end)):
        return True
    edges = between(graph.callees(node), start, end)
    return any(
        _runs_loop(graph, other, call)
        for other in graph.search([Hop(node, edge.site) for edge in edges])
        for call in store.body(other.fn).calls
    )


def _runs_loop(graph: CallGraph, node: Node, call: Call) -> bool:
    outcomes = graph.outcomes.get(node.fn, {})
    if outcomes.get(call.site, "").startswith(_LOOP_RUNNERS):
        return True
    return not _LOOP_RUNS.isdisjoint(last_words(call, outcomes))


def acts(checker: Checker, node: Node, body: FunctionBody, start: Site, end: Site) -> bool:
    """True if something between two sites gives a command other than a timer.

    So may what is awaited there: functions may give back a command that they have not awaited.
    """
    summaries = checker.summaries
    acting = summaries.acting(partial(_gives_back_command, checker))
    for call in between(body.calls, start, end):
        if not runs(call, node):
            continue
        if summaries.of_call(node, call.site, Effect.ACTS) is not None:
            return True
        if _is_of_command(checker, node, call):
            return True
        called = summaries.called(node, call.site) if call.flags & Flag.AWAITED else ()
        if not acting.isdisjoint(called):
            return True
    return False


def _gives_back_command(checker: Checker, node: Node) -> bool:
    calls = checker.resolver.store.body(node.fn).calls
    return any(runs(call, node) and _is_of_command(checker, node, call) for call in calls)


def _is_of_command(checker: Checker, node: Node, call: Call) -> bool:
    """True of a call of the SDK that gives a command other than a timer."""
    for entity in checker.resolver.resolve(call.target, node.fn.path, node.receiver, env=node.env):
        known = sdk_calls().get(entity.name) if isinstance(entity, ExternalValue) else None
        if known is not None and known.acts:
            return True
    return False


def may_be_caught(
    checker: Checker, node: Node, site: Site, classes: Collection[str], *, and_kept: bool = False
) -> bool:
    """True if a handler around a site may get an error, in the function or in a caller.

    ``classes`` are that of the error and all that it derives from. With ``and_kept``, those do not
    count that raise.
    """
    graph, store = checker.summaries.graph, checker.resolver.store
    handler_for = checker.catching.handler_for
    pending, seen = [Hop(node, site)], {Hop(node, site)}
    while pending:
        at, place = pending.pop()
        for tried in tries_around(store.body(at.fn), place):
            handler = handler_for(tried, classes, at.fn.path, at.receiver)
            is_caught = handler is not None and not (and_kept and handler.raises)
            if tried.leaves >= 0 or is_caught:
                return True
        for hop in graph.callers(at):
            if hop not in seen:
                seen.add(hop)
                pending.append(hop)
    return False


def may_be_kept(checker: Checker, node: Node, site: Site, error: str) -> bool:
    """True if a handler around a site may get an error, given by its dotted name, and keep it."""
    return may_be_caught(checker, node, site, classes_of(error), and_kept=True)


def is_caught_otherwise(
    checker: Checker, graph: CallGraph, hops: Iterable[Hop], error: str, instead: str
) -> bool:
    """True if other handlers may get an error than another one that is raised instead.

    The handlers are those around some sites of a graph, in the function or in a caller.
    """
    store, catching = checker.resolver.store, checker.catching.catching
    pending = list(hops)
    seen = set(pending)
    while pending:
        at, site = pending.pop()
        for tried in tries_around(store.body(at.fn), site):
            getting = (catching(tried, one, at.fn.path, at.receiver) for one in (error, instead))
            if len(set(map(id, getting))) > 1:
                return True
        for hop in graph.callers(at):
            if hop not in seen:
                seen.add(hop)
                pending.append(hop)
    return False


def cleans_up_around(checker: Checker, node: Node, site: Site) -> bool:
    """True if a ``try`` around a site cleans up when that is cancelled, here or in a caller."""
    graph: CallGraph = checker.summaries.graph
    store = checker.resolver.store
    pending, seen = [(node, site)], {(node, site)}
    while pending:
        at, place = pending.pop()
        body = store.body(at.fn)
        if any(_cleans_up(checker, at, body, tried) for tried in tries_around(body, place)):
            return True
        for hop in graph.callers(at):
            if hop not in seen and runs_in_same_task(at, hop, store):
                seen.add(hop)
                pending.append(hop)
    return False


def only_handles(checker: Checker, node: Node, site: Site, ways: int = Exit.ANY) -> bool:
    """True if a site stands in a handler, here or where all callers stand.

    Those count that are left in some ``ways`` only: with ``Exit.RAISES`` those that always raise.
    """
    if _stands_in_handler(checker, Hop(node, site), ways):
        return True
    known = checker.summaries.only_handled
    if (node, ways) not in known:
        known[node, ways] = _is_only_called_by_handlers(checker, node, ways)
    return known[node, ways]


def _is_only_called_by_handlers(checker: Checker, node: Node, ways: int) -> bool:
    graph: CallGraph = checker.summaries.graph
    pending, seen = [node], {node}
    while pending:
        at = pending.pop()
        callers = graph.callers(at)
        if at in graph.entries or not callers:
            return False
        others = [h.node for h in callers if not _stands_in_handler(checker, h, ways)]
        new = [one for one in dict.fromkeys(others) if one not in seen]
        seen.update(new)
        pending += new
    return True


def _stands_in_handler(checker: Checker, at: Hop, ways: int) -> bool:
    handling = tries_handling(checker.resolver.store.body(at.node.fn), at.site)
    return any(handler is not None and not handler.exits & ~ways for _, handler in handling)


def _cleans_up(checker: Checker, node: Node, body: FunctionBody, tried: Try) -> bool:
    if tried.last >= 0 and acts(checker, node, body, tried.last, tried.last_end):
        return True
    handler = checker.catching.catching(tried, CANCELLED, node.fn.path, node.receiver)
    return handler is not None and acts(checker, node, body, handler.site, handler.end)
