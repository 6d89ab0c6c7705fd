"""Plays a server with idle workers for a workflow, one workflow task after the other."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload
from temporalio.bridge.proto.workflow_activation import WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.converter import DataConverter

_SECOND = 1_000_000_000
_START = 1_700_000_000 * _SECOND + _SECOND // 4  # a part of a second that a float holds exactly
_ENDS = frozenset(
    {
        "cancel_workflow_execution",
        "complete_workflow_execution",
        "continue_as_new_workflow_execution",
        "fail_workflow_execution",
    }
)
_SAMPLES: dict[object, object] = {str: "text", int: 3, float: 1.5, bool: True, dict: {}}


@dataclass
class Task:
    """A workflow task: when it began, what had happened, and what the workflow asked for.

    ``goes_on`` tells that it is the rest of the task before it, ``asks`` that it holds queries,
    which leave nothing in the history. ``flags`` are the SDK's own notes for a replay.
    """

    moment: int
    jobs: list[WorkflowActivationJob]
    goes_on: bool = False
    asks: bool = False
    commands: list[WorkflowCommand] = field(default_factory=list)
    flags: list[int] = field(default_factory=list)


class Server:
    """Gives a workflow its tasks, and answers what it asks for in them."""

    def __init__(
        self, definition: workflow._Definition, module: ModuleType, seed: int, messages: bool
    ) -> None:
        self._results = dict(_results(module))
        self._now = _START
        self._has_ended = False
        self._at_once: list[WorkflowActivationJob] = []
        self._later: list[tuple[int, str, int, WorkflowActivationJob]] = []
        self._waiting = [Task(_START, [_started(definition, seed)])]
        if messages:
            self._waiting[0].jobs += _messages(definition)
            queries = _queries(definition)
            self._waiting += [Task(_START, queries, asks=True)] if queries else []

    def next(self) -> Task | None:
        """The next task, if anything has happened or will happen."""
        if self._waiting:
            return self._waiting.pop(0)
        if self._has_ended:
            return None
        if self._at_once:
            jobs, self._at_once = self._at_once, []
            return Task(self._now, jobs, goes_on=True)
        if not self._later:
            return None
        self._now = min(moment for moment, *_ in self._later)
        due = [entry for entry in self._later if entry[0] == self._now]
        self._later = [entry for entry in self._later if entry[0] != self._now]
        return Task(self._now, [job for *_, job in due])

    def answer(self, task: Task) -> None:
        """See to it that what was asked for happens."""
        for command in task.commands:
            kind = command.WhichOneof("variant") or ""
            self._has_ended |= kind in _ENDS
            answer = getattr(self, f"_{kind}", None)
            if answer is not None:
                answer(getattr(command, kind))

    def _happens(self, after: float, kind: str, seq: int, **what: object) -> None:
        job = WorkflowActivationJob()
        getattr(job, kind).seq = seq
        getattr(job, kind).MergeFrom(type(getattr(job, kind))(**what))
        self._later.append((self._now + int(after * _SECOND), kind, seq, job))

    def _happens_no_more(self, kind: str, seq: int) -> None:
        self._later = [entry for entry in self._later if entry[1:3] != (kind, seq)]

    # For each kind of command, what comes of it. Others need no answer.

    def _start_timer(self, command: Any) -> None:
        length = command.start_to_fire_timeout.ToNanoseconds() / _SECOND
        self._happens(length, "fire_timer", command.seq)

    def _cancel_timer(self, command: Any) -> None:
        self._happens_no_more("fire_timer", command.seq)

    def _schedule_activity(self, command: Any) -> None:
        result = {"completed": {"result": self._result(command.activity_type)}}
        takes = 2 + command.seq * 7 % 3  # not in the order of the calls, and two at the same time
        self._happens(takes, "resolve_activity", command.seq, result=result)

    def _schedule_local_activity(self, command: Any) -> None:
        job = WorkflowActivationJob()
        job.resolve_activity.seq, job.resolve_activity.is_local = command.seq, True
        done = job.resolve_activity.result.completed
        done.result.CopyFrom(self._result(command.activity_type))
        self._at_once.append(job)

    def _request_cancel_activity(self, command: Any) -> None:
        self._happens_no_more("resolve_activity", command.seq)
        job = WorkflowActivationJob()
        job.resolve_activity.seq = command.seq
        job.resolve_activity.result.cancelled.failure.canceled_failure_info.SetInParent()
        self._at_once.append(job)

    def _start_child_workflow_execution(self, command: Any) -> None:
        kind = "resolve_child_workflow_execution"
        self._happens(1, f"{kind}_start", command.seq, succeeded={"run_id": "child-run"})
        self._happens(2, kind, command.seq, result={"completed": {"result": payload(None)}})

    def _signal_external_workflow_execution(self, command: Any) -> None:
        self._happens(1, "resolve_signal_external_workflow", command.seq)

    def _request_cancel_external_workflow_execution(self, command: Any) -> None:
        self._happens(1, "resolve_request_cancel_external_workflow", command.seq)

    def _result(self, activity_type: str) -> Payload:
        return payload(_sample(self._results.get(activity_type)))


def payload(value: object) -> Payload:
    """A value as the SDK sends it."""
    return DataConverter.default.payload_converter.to_payloads([value])[0]


def _started(definition: workflow._Definition, seed: int) -> WorkflowActivationJob:
    job = WorkflowActivationJob()
    start = job.initialize_workflow
    start.workflow_type, start.workflow_id = definition.name or "dynamic", "example"
    start.randomness_seed = seed
    start.arguments.extend(_arguments(definition.run_fn, definition.arg_types))
    start.start_time.FromNanoseconds(_START)
    return job


def _messages(definition: workflow._Definition) -> Iterator[WorkflowActivationJob]:
    """A signal and an update for each handler."""
    for name in sorted(filter(None, definition.signals)):
        job = WorkflowActivationJob()
        job.signal_workflow.signal_name = name
        job.signal_workflow.input.extend(_arguments_of(definition.signals[name]))
        yield job
    for name in sorted(filter(None, definition.updates)):
        job = WorkflowActivationJob()
        update = job.do_update
        update.id = update.protocol_instance_id = update.meta.update_id = f"update-{name}"
        update.name, update.run_validator = name, True
        update.input.extend(_arguments_of(definition.updates[name]))
        yield job


def _queries(definition: workflow._Definition) -> list[WorkflowActivationJob]:
    jobs = []
    for name in sorted(filter(None, definition.queries)):
        job = WorkflowActivationJob()
        job.query_workflow.query_id, job.query_workflow.query_type = f"query-{name}", name
        job.query_workflow.arguments.extend(_arguments_of(definition.queries[name]))
        jobs.append(job)
    return jobs


def _arguments(function: Callable[..., Any], types: Sequence[object] | None) -> list[Payload]:
    """Something for each parameter that has no default."""
    own = list(inspect.signature(function).parameters.values())[1:]
    required = sum(parameter.default is parameter.empty for parameter in own)
    return [payload(_sample(hint)) for hint in (types or ())[:required]]


def _arguments_of(handler: Any) -> list[Payload]:
    return _arguments(handler.fn, handler.arg_types)


def _sample(hint: object) -> object:
    """A value of a type, or ``None`` if no value comes to mind."""
    origin = typing.get_origin(hint) or hint
    if origin in (list, tuple, set):
        given = [each for each in typing.get_args(hint) if each is not ...]
        return [_sample(given[0])] * 2 if given else []
    return _SAMPLES.get(origin)


def _results(module: ModuleType) -> Iterator[tuple[str, object]]:
    """Yield what the activities of a module return."""
    classes = [value for value in vars(module).values() if isinstance(value, type)]
    members: list[Callable[..., Any]] = [v for v in vars(module).values() if callable(v)]
    members += [v for owner in classes for v in vars(owner).values() if callable(v)]
    for member in members:
        definition = activity._Definition.from_callable(member)
        if definition is not None and definition.name is not None:
            yield definition.name, definition.ret_type
