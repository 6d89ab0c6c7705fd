"""All that a program defines, registers and asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from wflint.callgraph.builder import look_at
from wflint.callgraph.events import Event, ExternalCall
from wflint.callgraph.graph import CallGraph, Node
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Call, ValueType
from wflint.inference.values import ExternalValue
from wflint.model.commands import Commands
from wflint.model.definitions import Definitions
from wflint.model.workers import Workers
from wflint.rule.call_view import CallView
from wflint.rule.command_view import CommandView
from wflint.rule.definition_views import ActivityView, WorkflowView
from wflint.rule.place import Place
from wflint.rule.project_view import CommandAt, Patch
from wflint.rule.views import Callee
from wflint.rule.worker_view import Listed, WorkerView
from wflint.temporal.api import CallKind, sdk_calls

_REQUESTS = re.compile(
    r"\.(?:execute|start)_(?:activity|update|workflow)|\.(?:query|signal)\("
    r"|ScheduleActionStartWorkflow|WithStartWorkflowOperation"
)
_DEPRECATES = "temporalio.workflow.deprecate_patch"

ViewOfCall = Callable[[Node, Call, ExternalValue], CallView]


class Parts(NamedTuple):
    """The parts of a project: the places where it defines something, and the calls of its code.

    ``events`` are those of workflow code, which ``graph`` has; ``named`` are the files that name
    Temporal. ``unmade`` are classes with handlers that nothing makes workflows.
    """

    workflows: Iterable[Cls]
    defining: Iterable[str]
    named: Iterable[str]
    events: Iterable[Event]
    graph: CallGraph
    unmade: Iterable[Cls] = ()


class Project:
    """A program, for the rules that look at all of it: see
    :class:`wflint.rule.project_view.ProjectView`."""

    def __init__(
        self,
        parts: Parts,
        definitions: Definitions,
        workers: Workers,
        commands: Commands,
        view_of_call: ViewOfCall,
    ) -> None:
        self.parts = parts
        self.definitions = definitions
        self._store = definitions.resolver.store
        self._commands = commands
        self._workers = workers
        self._view_of_call = view_of_call

    @cached_property
    def workflows(self) -> tuple[WorkflowView, ...]:
        """Return the workflows."""
        found = (self.definitions.workflow(cls) for cls in self.parts.workflows)
        return tuple(view for view in found if view is not None)

    @cached_property
    def unmade(self) -> tuple[WorkflowView, ...]:
        """Return the classes with handlers that nothing makes workflows, as if they were some."""
        found = (self.definitions.workflow(cls) for cls in self.parts.unmade)
        return tuple(view for view in found if view is not None)

    @cached_property
    def activities(self) -> tuple[ActivityView, ...]:
        """Return the activities in the order of the files."""
        modules = (self._store.load(path) for path in self.parts.defining)
        found = (view for module in modules for view in self.definitions.activities(module))
        return tuple(dict.fromkeys(found))  # a base class of another module may define it

    @property
    def workers(self) -> tuple[WorkerView, ...]:
        """Return the Workers in the order of the files."""
        return self._workers.workers

    @property
    def others(self) -> Listed[ActivityView]:
        """Return the activities that others than Workers are told to register."""
        return self._workers.others

    @cached_property
    def commands(self) -> tuple[CommandAt, ...]:
        """Return the commands that workflow code gives."""
        calls = (at for at in self._own_calls if at.command.kind is not CallKind.PATCH)
        return tuple(at for at in calls if at.command.sdk.in_workflow)

    @cached_property
    def requests(self) -> tuple[CommandAt, ...]:
        """Return the requests of clients."""
        return tuple(self._requests(self.parts.named))

    @cached_property
    def patches(self) -> tuple[Patch, ...]:
        """Return the calls that ask for patches."""
        return tuple(_patch(at) for at in self._own_calls if at.command.kind is CallKind.PATCH)

    def workflows_with(self, place: Place) -> tuple[WorkflowView, ...]:
        """Return the workflows whose code has a place, itself or in what it calls."""
        graph = self.parts.graph
        entries = graph.entry_points(self._nodes.get(place.fn, ()))
        classes = {graph.entries[entry].receiver for entry in entries}
        return tuple(workflow for workflow in self.workflows if workflow.cls in classes)

    @cached_property
    def _nodes(self) -> dict[Fn, list[Node]]:
        found: dict[Fn, list[Node]] = {}
        for node in self.parts.graph.order:
            found.setdefault(node.fn, []).append(node)
        return found

    def has(self, pattern: str) -> bool:
        """True if a file of the program that names Temporal matches a regular expression."""
        texts = map(self._store.text, self.parts.named)
        return any(re.search(pattern, text) for text in texts)

    def activity_of(self, command: CommandView) -> ActivityView | None:
        """Return the activity of the program that a command calls, if it is one that is known."""
        target = command.target
        return self._by_function.get(_key(target.callee)) if target is not None else None

    def activities_of(self, command: CommandView) -> tuple[ActivityView, ...]:
        """Return all activities that a command may call; none if one of them is not known."""
        found = [self._by_function.get(_key(target.callee)) for target in command.targets]
        known = tuple(activity for activity in found if activity is not None)
        return known if len(known) == len(found) else ()

    @cached_property
    def _by_function(self) -> dict[tuple[str, str], ActivityView]:
        return {_key(activity.function): activity for activity in self.activities}

    @cached_property
    def _own_calls(self) -> list[CommandAt]:
        return list(self._calls(self.parts.events))

    def _calls(self, events: Iterable[Event]) -> Iterator[CommandAt]:
        for event in events:
            if not isinstance(event, ExternalCall):
                continue
            sdk = sdk_calls().get(event.entity.name)
            if sdk is not None and sdk.name.startswith("temporalio."):
                call = self._view_of_call(event.node, event.call, event.entity)
                view = self._commands.view(event.node, call, sdk, event.entity)
                yield CommandAt(view, Place(event.node.fn, event.call.site))

    def _requests(self, paths: Iterable[str]) -> Iterator[CommandAt]:
        """The requests of clients, in all code that may have one."""
        for path in paths:
            text = self._store.text(path)
            if _REQUESTS.search(text):
                with self._store.faults.at(path):
                    for fn in self._functions(path, text):
                        found = self._calls(look_at(self.definitions.resolver, fn))
                        yield from (at for at in found if not at.command.sdk.in_workflow)

    def _functions(self, path: str, text: str) -> Iterator[Fn]:
        module = self._store.load(path)
        yield from (Fn(path, name) for name in self._store.module_bodies(path))
        for qualname, head in module.facts.functions.items():
            if _REQUESTS.search(text, head.start, head.end):
                bodies = self._store.with_nested(Fn(path, qualname))
                yield from (Fn(path, body.head.qualname) for body in bodies)


def _key(callee: Callee) -> tuple[str, str]:
    return callee.module, callee.qualname


def _patch(at: CommandAt) -> Patch:
    command: CommandView = at.command
    given = command.call.given("id", 0)
    is_text = given is not None and given.value.type is ValueType.STR
    name = given.value.text if given is not None and is_text else ""
    return Patch(name, command.sdk.name == _DEPRECATES, at.place)
