"""Attributes of a workflow that nothing but messages changes once its run method has begun."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from wflint.model.state_flow import SCALARS, At, StateFlow
from wflint.model.step_kinds import What
from wflint.project.store import Store
from wflint.rule.definition_views import HandlerView, WorkflowView
from wflint.temporal.regions import Region

_MESSAGES = Region.SIGNAL | Region.UPDATE
_UNCHANGING = SCALARS | {"None"}


class MessageState:
    """Answers for one workflow."""

    def __init__(self, workflow: WorkflowView, flow: StateFlow, store: Store) -> None:
        self._workflow = workflow
        self._flow = flow
        self._store = store

    def has(self, name: str) -> bool:
        """True of an attribute, or of one of what it holds: ``closed``, ``state.closed``.

        False as well where that is not known: somebody may have been given the workflow's object.
        """
        name, _, part = name.partition(".")
        if self._is_given_away or name in self._flow.names or self._is_changed_elsewhere(name):
            return False
        if part:
            is_field = self._flow.is_field(name, part)
            is_set = any(_may_set(at, name, part) for at in self._in_run)
            return is_field and not is_set and any(_may_set(a, name, part) for a in self._messages)
        if name in self._passed_on and not self._flow.is_made_of(name, _UNCHANGING):
            return False
        if name in self._changed(self._in_run):
            return False
        return name in self._changed(self._messages)

    @cached_property
    def _at_first(self) -> list[At]:
        constructor = self._flow.method("__init__")
        return list(self._flow.flow(constructor)) if constructor is not None else []

    @cached_property
    def _in_run(self) -> list[At]:
        run = self._workflow.run
        return self._steps([run]) if run is not None else []

    @cached_property
    def _messages(self) -> list[At]:
        return self._steps(h for h in self._workflow.handlers if h.kind & _MESSAGES)

    def _steps(self, entries: Iterable[HandlerView]) -> list[At]:
        return [at for entry in entries for at in self._flow.flow(entry.place.fn)]

    @cached_property
    def _is_given_away(self) -> bool:
        return any(at.step.what is What.OPEN for at in (*self._at_first, *self._in_run))

    def _is_changed_elsewhere(self, name: str) -> bool:
        """True if a method changes it that is not seen to be called."""
        seen = {at.fn for at in (*self._at_first, *self._in_run, *self._messages)}
        return any(name in self._flow.changed(fn) for fn in self._flow.methods if fn not in seen)

    def _changed(self, steps: Iterable[At]) -> set[str]:
        return {name for fn in {at.fn for at in steps} for name in self._flow.changed(fn)}

    @cached_property
    def _passed_on(self) -> set[str]:
        """The attributes that the run method gives to what it calls, which may change them."""
        return {
            arg.value.ref.path[0]
            for fn in {at.fn for at in self._in_run}
            for body in self._store.with_nested(fn)
            for call in body.calls
            for arg in call.args
            if arg.value.ref.path and self._flow.is_own(fn, arg.value.ref)
        }


def _may_set(at: At, name: str, part: str) -> bool:
    """True if a step may change a part of an attribute: it uses the whole, or sets the part."""
    step = at.step
    if step.name != name or step.what not in (What.READ, What.WRITE):
        return False
    return step.what is What.WRITE or not step.part or (step.sets_part and step.part == part)
