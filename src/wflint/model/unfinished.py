"""Handlers that may still be at work when the run method ends, and nobody waits for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from wflint.callgraph.effects import Effects
from wflint.callgraph.events import Event, ExternalCall, ExternalUse
from wflint.callgraph.graph import CallGraph
from wflint.facts.ids import Cls, Fn
from wflint.model.arms import Arms, may_follow
from wflint.model.continuing import speak_of
from wflint.model.state_flow import StateFlow
from wflint.model.step_kinds import ENTERED, Step, What
from wflint.project.store import Store
from wflint.rule.definition_views import HandlerView, WorkflowView
from wflint.temporal.effects import Effect
from wflint.temporal.regions import Region

_ASKS = "temporalio.workflow.all_handlers_finished"
_WORD = _ASKS.rpartition(".")[2]
_MAY_BE_LEFT = ("", "WARN_AND_ABANDON")

_Part = tuple[str, str]  # the name of an attribute, and of an attribute of what it holds


class Unfinished:
    """Answers for all workflows of a program, once their code was followed."""

    def __init__(
        self, graph: CallGraph, events: Iterable[Event], effects: Effects, store: Store
    ) -> None:
        self._graph = graph
        self._events = events
        self._effects = effects
        self._store = store

    def of(self, workflow: WorkflowView, flow: StateFlow) -> Iterator[HandlerView]:
        """Return the handlers that wait for something, and that the run method does not wait for.

        One is waited for if the run method waits until something that it does at last. One that
        only waits until the run method has come to a certain point is over when that waits again.
        """
        run = workflow.run
        if run is None or not self._may_end(run.place.fn, workflow.cls, flow):
            return
        if self._waits_for_all(workflow):
            return
        in_run = [at.step for at in flow.flow(run.place.fn)]
        conditions = {(step.name, step.part) for step in in_run if step.is_later or step.is_asked}
        always_set = _set_between_waits(in_run)
        is_open = any(step.what is What.OPEN for step in in_run)
        for handler in workflow.handlers:
            if not self._is_left(handler, workflow.cls) or not _awaits(handler, flow):
                continue
            if _waits_only_for(always_set, handler, flow):
                continue
            if not handler.is_itself:
                continue  # a decorator may count it
            if (is_open or _is_open(handler, flow)) and not self._acts(handler, workflow):
                continue  # whoever has the object may know what it waits for, and set that
            touched = _touched_at_last(handler, flow)
            if touched is None:
                continue
            if not any(_overlap(one, other, flow) for one in conditions for other in touched):
                yield handler

    def _is_left(self, handler: HandlerView, cls: Cls) -> bool:
        if not handler.kind & (Region.SIGNAL | Region.UPDATE) or not handler.function.is_async:
            return False
        if handler.unfinished_policy not in _MAY_BE_LEFT:
            return False
        return self._has(handler.place.fn, cls, Effect.WAITS)

    def _acts(self, handler: HandlerView, workflow: WorkflowView) -> bool:
        """True if a handler has to do with more than conditions and time."""
        return self._has(handler.place.fn, workflow.cls, Effect.ACTS)

    def _may_end(self, run: Fn, cls: Cls, flow: StateFlow) -> bool:
        steps = flow.steps(run)
        if steps is not None and (steps.ends or steps.in_vain):
            return steps.ends
        return self._has(run, cls, Effect.CONTINUES)

    def _has(self, fn: Fn, cls: Cls, effect: Effect) -> bool:
        return bool(self._effects.way((fn, cls), effect))

    def _waits_for_all(self, workflow: WorkflowView) -> bool:
        if speak_of(self._store, (workflow.cls, *workflow.bases), (_WORD,)):
            return True
        return workflow.cls in self._asking or Cls("", "") in self._asking

    @cached_property
    def _asking(self) -> set[Cls]:
        """The workflows whose code asks if all handlers have finished; all, if hooks ask it."""
        nodes = {
            event.node
            for event in self._events
            if isinstance(event, (ExternalCall, ExternalUse)) and event.entity.name == _ASKS
        }
        entries = [self._graph.entries[node] for node in self._graph.entry_points(nodes)]
        found = {entry.receiver for entry in entries}
        if any(entry.kind & Region.HOOK for entry in entries):
            found.add(Cls("", ""))
        return found


def _awaits(handler: HandlerView, flow: StateFlow) -> bool:
    """True if a handler has an ``await``: a lock alone is free unless another one waits."""
    steps = (step for _, step in flow.flow(handler.place.fn) if not step.is_later)
    return any(step.what is What.WAIT and step.name != ENTERED for step in steps)


def _is_open(handler: HandlerView, flow: StateFlow) -> bool:
    """True if a handler gives the workflow's object to somebody."""
    return any(step.what is What.OPEN for _, step in flow.flow(handler.place.fn))


def _set_between_waits(steps: Iterable[Step]) -> set[_Part]:
    """Return the attributes that a method sets in any case when it has waited, before it waits on.

    What it sets before its first wait is how they begin, and not what anybody waits for.
    """
    found, fresh = set[_Part](), set[_Part]()
    has_waited = False
    for step in steps:
        if step.is_later:
            continue
        if step.what is What.WAIT:
            has_waited = True
            found |= fresh
        elif (step.what is What.WRITE or step.sets_part) and step.is_sure and has_waited:
            fresh.add((step.name, step.part))
    return found


def _waits_only_for(always_set: set[_Part], handler: HandlerView, flow: StateFlow) -> bool:
    """True if all that a handler waits for are conditions that ask for some attributes alone."""
    asked: set[_Part] = set()
    for _, step in flow.flow(handler.place.fn):
        if step.is_later:
            asked.add((step.name, step.part))
        elif step.what is What.WAIT:
            if not asked or not all({(n, part), (n, "")} & always_set for n, part in asked):
                return False
            asked.clear()
        elif step.what is not What.READ:
            asked.clear()
    return True


def _touched_at_last(handler: HandlerView, flow: StateFlow) -> set[_Part] | None:
    """Return the attributes that a handler reads or sets when it has waited.

    So does what it sets in a function that others may call then. ``None`` if somebody else is given
    the workflow's object then, and may do anything with it.
    """
    found: set[_Part] = set()
    waits: set[Arms] = set()
    for _, step in flow.flow(handler.place.fn):
        if step.what is What.WAIT:
            waits.add(step.arms)
        elif step.what is What.WRITE and step.is_later:
            found.add((step.name, step.part))
        elif any(may_follow(arms, step.arms) for arms in waits):
            if step.what is What.OPEN:
                return None
            if step.what in (What.READ, What.WRITE):
                found.add((step.name, step.part))
    return found


def _overlap(one: _Part, other: _Part, flow: StateFlow) -> bool:
    """True unless two attributes are different ones, or surely different parts of one object."""
    if one[0] != other[0]:
        return False
    if one == other or not (one[1] and other[1]):
        return True
    return not (flow.is_field(*one) and flow.is_field(*other))
