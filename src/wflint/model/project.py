"""All that a program defines, registers and asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from wflint.callgraph.builder import look_at
from wflint.callgraph.events import Event, ExternalCall
from wflint.callgraph.graph import Node
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import ValueType
from wflint.model.commands import Commands
from wflint.model.definitions import Definitions
from wflint.model.workers import Workers
from wflint.rule.command_view import CommandView
from wflint.rule.definition_views import ActivityView, Place, WorkflowView
from wflint.rule.project_view import CommandAt, Patch, ProjectView
from wflint.rule.views import CallView
from wflint.temporal.api import CallKind, sdk_calls

_REQUESTS = re.compile(
    r"\.(?:execute|start)_(?:activity|update|workflow)|\.(?:query|signal)\("
    r"|ScheduleActionStartWorkflow|WithStartWorkflowOperation"
)
_DEPRECATES = "temporalio.workflow.deprecate_patch"

ViewOfCall = Callable[[Node, ExternalCall], CallView]


class Parts(NamedTuple):
    """The parts of a project: the places where it defines something, and the calls of its code.

    ``events`` are those of workflow code; ``named`` are the files that name Temporal.
    """

    workflows: Iterable[Cls]
    defining: Iterable[str]
    named: Iterable[str]
    events: Iterable[Event]


class Projects:
    """Builds the view of a program."""

    def __init__(
        self,
        definitions: Definitions,
        commands: Commands,
        workers: Workers,
        view_of_call: ViewOfCall,
    ) -> None:
        self._definitions = definitions
        self._store = definitions.resolver.store
        self._commands = commands
        self._workers = workers
        self._view_of_call = view_of_call

    def view(self, parts: Parts) -> ProjectView:
        """Return what a rule is shown of a program."""
        commands: list[CommandAt] = []
        patches: list[Patch] = []
        for at in self._calls(parts.events):
            if at.command.kind is CallKind.PATCH:
                patches.append(_patch(at))
            elif at.command.sdk.in_workflow:
                commands.append(at)
        return ProjectView(
            tuple(self._workflows(parts.workflows)),
            tuple(self._activities(parts.defining)),
            self._workers.workers,
            tuple(commands),
            tuple(self._requests(parts.named)),
            tuple(patches),
            self._workers.others,
        )

    def _workflows(self, classes: Iterable[Cls]) -> Iterator[WorkflowView]:
        for cls in classes:
            view = self._definitions.workflow(cls)
            if view is not None:
                yield view

    def _activities(self, paths: Iterable[str]) -> Iterator[ActivityView]:
        seen: set[ActivityView] = set()
        for path in paths:
            for view in self._definitions.activities(self._store.load(path)):
                if view not in seen:  # a base class of another module may define it
                    seen.add(view)
                    yield view

    def _calls(self, events: Iterable[Event]) -> Iterator[CommandAt]:
        for event in events:
            if not isinstance(event, ExternalCall):
                continue
            sdk = sdk_calls().get(event.entity.name)
            if sdk is not None and sdk.name.startswith("temporalio."):
                call = self._view_of_call(event.node, event)
                view = self._commands.view(event.node, call, sdk, event.entity)
                yield CommandAt(view, Place(event.node.fn, event.call.site))

    def _requests(self, paths: Iterable[str]) -> Iterator[CommandAt]:
        """The requests of clients, in all code that may have one."""
        for path in paths:
            text = self._store.text(path)
            if _REQUESTS.search(text):
                with self._store.faults.at(path):
                    for fn in self._functions(path, text):
                        found = self._calls(look_at(self._definitions.resolver, fn))
                        yield from (at for at in found if not at.command.sdk.in_workflow)

    def _functions(self, path: str, text: str) -> Iterator[Fn]:
        module = self._store.load(path)
        yield from (Fn(path, name) for name in self._store.module_bodies(path))
        for qualname, head in module.facts.functions.items():
            if _REQUESTS.search(text, head.start, head.end):
                bodies = self._store.with_nested(Fn(path, qualname))
                yield from (Fn(path, body.head.qualname) for body in bodies)


def _patch(at: CommandAt) -> Patch:
    command: CommandView = at.command
    given = command.call.argument(0, "id")
    is_text = given is not None and given.value.type is ValueType.STR
    name = given.value.text if given is not None and is_text else ""
    return Patch(name, command.sdk.name == _DEPRECATES, at.place)
