"""Attributes of a workflow that nothing but messages changes once its run method has begun."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from wflint.facts.ids import Fn
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
        if self._is_given_away or name in self._flow.names or name in self._changed_elsewhere:
            return False
        if part:
            wanted = (name, part)
            is_set = not self._set_in_run.isdisjoint({wanted, (name, "")})
            by_messages = not self._set_by_messages.isdisjoint({wanted, (name, "")})
            return by_messages and not is_set and self._flow.is_field(name, part)
        if name in self._passed_on and not self._flow.is_made_of(name, _UNCHANGING):
            return False
        return name in self._changed_by_messages and name not in self._changed_in_run

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

    @cached_property
    def _changed_elsewhere(self) -> set[str]:
        """What methods change that are not seen to be called."""
        seen = {at.fn for at in (*self._at_first, *self._in_run, *self._messages)}
        return self._changed(set(self._flow.methods) - seen)

    @cached_property
    def _changed_in_run(self) -> set[str]:
        return self._changed({at.fn for at in self._in_run})

    @cached_property
    def _changed_by_messages(self) -> set[str]:
        return self._changed({at.fn for at in self._messages})

    @cached_property
    def _set_in_run(self) -> set[tuple[str, str]]:
        return set(_parts_set(self._in_run))

    @cached_property
    def _set_by_messages(self) -> set[tuple[str, str]]:
        return set(_parts_set(self._messages))

    def _changed(self, methods: Iterable[Fn]) -> set[str]:
        return {name for fn in methods for name in self._flow.changed(fn)}

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


def _parts_set(steps: Iterable[At]) -> Iterator[tuple[str, str]]:
    """Yield the parts of attributes that steps may change; ``""`` for the use of a whole one."""
    for _, step in steps:
        if step.what is What.WRITE or (step.what is What.READ and not step.part):
            yield step.name, ""
        elif step.what is What.READ and step.sets_part:
            yield step.name, step.part
