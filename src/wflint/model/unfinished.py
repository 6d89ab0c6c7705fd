"""Handlers that may still be at work when the run method ends, and nobody waits for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from wflint.callgraph.effects import Effects
from wflint.callgraph.events import Event, ExternalCall, ExternalUse
from wflint.callgraph.graph import CallGraph
from wflint.facts.ids import Cls, Fn
from wflint.model.state_flow import StateFlow
from wflint.model.steps import ENTERED, What
from wflint.project.store import Store
from wflint.rule.definition_views import HandlerView, WorkflowView
from wflint.temporal.effects import Effect
from wflint.temporal.regions import Region

_ASKS = "temporalio.workflow.all_handlers_finished"
_WORD = _ASKS.rpartition(".")[2]
_MAY_BE_LEFT = ("", "WARN_AND_ABANDON")


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

        One is waited for if the run method waits until something that it does at last.
        """
        run = workflow.run
        if run is None or not self._may_end(run.place.fn, workflow.cls, flow):
            return
        if self._waits_for_all(workflow):
            return
        conditions = {at.step.name for at in flow.flow(run.place.fn) if at.step.is_later}
        for handler in workflow.handlers:
            if not self._is_left(handler, workflow.cls) or not _awaits(handler, flow):
                continue
            if conditions.isdisjoint(_touched_at_last(handler, flow)):
                yield handler

    def _is_left(self, handler: HandlerView, cls: Cls) -> bool:
        if not handler.kind & (Region.SIGNAL | Region.UPDATE) or not handler.function.is_async:
            return False
        if handler.unfinished_policy not in _MAY_BE_LEFT:
            return False
        return self._has(handler.place.fn, cls, Effect.WAITS)

    def _may_end(self, run: Fn, cls: Cls, flow: StateFlow) -> bool:
        steps = flow.steps(run)
        ends = steps is not None and steps.ends
        return ends or self._has(run, cls, Effect.CONTINUES)

    def _has(self, fn: Fn, cls: Cls, effect: Effect) -> bool:
        return bool(self._effects.way((fn, cls), effect))

    def _waits_for_all(self, workflow: WorkflowView) -> bool:
        paths = {cls.path for cls in (workflow.cls, *workflow.bases)}
        if any(_WORD in self._store.text(path) for path in paths):
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


def _touched_at_last(handler: HandlerView, flow: StateFlow) -> set[str]:
    """Return the attributes that a handler reads or sets when it has waited."""
    found: set[str] = set()
    has_waited = False
    for _, step in flow.flow(handler.place.fn):
        if step.what is What.WAIT:
            has_waited = True
        elif has_waited and step.what in (What.READ, What.WRITE):
            found.add(step.name)
    return found
