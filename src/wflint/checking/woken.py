"""Tells if a place that waits for an event may get one in time: a caller ends it, or a task ticks.

A wait of the workflow is looked at again whenever anything happens to that, such as a timer.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from wflint import limits
from wflint.callgraph.effects import runs_in_same_task
from wflint.callgraph.graph import Hop, Node, runs
from wflint.checking.stretches import Stretch
from wflint.facts.model import Call, Flag, FunctionBody, Ref
from wflint.facts.sites import call_at
from wflint.inference.values import ExternalValue
from wflint.temporal.effects import Effect

if TYPE_CHECKING:
    from wflint.checking.checker import Checker

_TIMED = frozenset({"asyncio.timeout", "asyncio.timeout_at"})
_WAIT_AS_LONG = frozenset({"gather", "shield"})
"""What waits for what it is given until that ends."""


def may_be_woken(checker: Checker, node: Node) -> bool:
    """True if a wait in a function does not depend on messages and results alone."""
    return _is_ended(checker, node) or _is_beside_ticking(checker, node)


def _is_ended(checker: Checker, node: Node) -> bool:
    """True if all ways to a function lead through a task, or a timeout of a caller."""
    graph = checker.views.reached
    pending, seen = [node], {node}
    while pending:
        at = pending.pop()
        if at in graph.entries:
            return False
        for hop in graph.callers(at):
            if hop.node not in seen and not _ends(checker, hop, at):
                seen.add(hop.node)
                pending.append(hop.node)
    return True


def _ends(checker: Checker, hop: Hop, callee: Node) -> bool:
    """True if a call has something else to end it: it is given away, or has a timeout around it."""
    body = checker.resolver.store.body(hop.node.fn)
    call = call_at(body, hop.site)
    if call is None:
        return False
    if checker.resolver.store.body(callee.fn).head.is_async and _is_given_away(call, body):
        return True
    return any(
        one.start <= hop.site < one.end and _is_timed(checker, hop.node, one.operand)
        for one in body.operations
    )


def _is_timed(checker: Checker, node: Node, entered: Ref) -> bool:
    """True of what ``asyncio.timeout(...)`` gives."""
    if entered.of is None:
        return False
    found = checker.resolver.resolve(entered.of, node.fn.path, node.receiver)
    return any(isinstance(entity, ExternalValue) and entity.name in _TIMED for entity in found)


def _is_given_away(call: Call, body: FunctionBody) -> bool:
    if call.flags & (Flag.AWAITED | Flag.RETURNED):
        return False
    return not any(
        outer.written.rpartition(".")[2] in _WAIT_AS_LONG
        for outer in body.calls
        if any(arg.site == call.site for arg in outer.args)
    )


def _is_beside_ticking(checker: Checker, node: Node) -> bool:
    """True if a workflow that comes to a function has a task beside it that sleeps in a loop."""
    graph, store = checker.views.reached, checker.resolver.store
    reached = graph.search(graph.entry_points((node,)))
    begun = {
        edge.to: None
        for at in reached
        for edge in graph.callees(at)
        if not runs_in_same_task(edge.to, Hop(at, edge.site), store)
    }
    if len(begun) > limits.TASKS_BESIDE:
        return True
    return any(_ticks(checker, task, node) for task in begun)


def _ticks(checker: Checker, task: Node, beside: Node) -> bool:
    """True if a task sleeps in a loop, and does not come to a function itself."""
    graph, store = checker.views.reached, checker.resolver.store
    of_task: Collection[Node] = graph.search(
        [task], lambda hop, to: runs_in_same_task(to, hop, store)
    )
    return beside not in of_task and any(_sleeps_in_loop(checker, at) for at in of_task)


def _sleeps_in_loop(checker: Checker, node: Node) -> bool:
    body = checker.resolver.store.body(node.fn)
    stretch = Stretch(checker, node, body)
    return any(
        call.flags & Flag.IN_LOOP
        and runs(call, node)
        and (
            stretch.does(call) & Effect.SLEEPS
            or checker.summaries.of_call(node, call.site, Effect.SLEEPS) is not None
        )
        for call in body.calls
    )
