"""Replays a history against a module's workflow class with the SDK's own replayer.

The histories are made by hand: a workflow was started, its first task gave one or more commands,
and nothing has happened since. No server is needed. The replayer says whether the code still gives
these commands.
"""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from temporalio import workflow
from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import History, HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner
from temporalio.worker._workflow_instance import WorkflowInstance, WorkflowInstanceDetails

from tests.oracle.sandbox import _definition, _module

_START = 1_700_000_000
_TASK_COMPLETED = 4

RUN_ID = "run"
"""The id of every run. The SDK's core makes the seed of random numbers of it."""


def replay(source: str, folder: Path, events: Sequence[HistoryEvent]) -> str:
    """Return the replayer's complaint about the last workflow class of ``source``, or ``""``."""
    return replay_all(source, folder, lambda name: _history(name, events).events)


def replay_all(
    source: str | bytes, folder: Path, events: Callable[[str], Sequence[HistoryEvent]]
) -> str:
    """The same for a whole history, which ``events`` makes for a type of workflow."""
    with _module(source, folder) as load:
        definition = _definition(load())
        replayer = Replayer(workflows=[definition.cls])
        history = WorkflowHistory("example", events(definition.name or ""))
        result = asyncio.run(replayer.replay_workflow(history, raise_on_replay_failure=False))
    return str(result.replay_failure) if result.replay_failure is not None else ""


@functools.cache
def seed_of_replays() -> int:
    """The seed of random numbers in a replay of the run that is called ``RUN_ID``."""
    seeds: list[int] = []

    class Runner(UnsandboxedWorkflowRunner):
        def create_instance(self, details: WorkflowInstanceDetails) -> WorkflowInstance:
            seeds.append(details.randomness_seed)
            return super().create_instance(details)

    history = WorkflowHistory("example", _history("Nothing", ()).events)
    replayer = Replayer(workflows=[Nothing], workflow_runner=Runner())
    asyncio.run(replayer.replay_workflow(history, raise_on_replay_failure=False))
    return seeds[0]


@workflow.defn
class Nothing:
    """A workflow that does nothing."""

    @workflow.run
    async def run(self) -> None: ...


def _history(workflow_type: str, events: Sequence[HistoryEvent]) -> History:
    started = _event(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED)
    attributes = started.workflow_execution_started_event_attributes
    attributes.workflow_type.name = workflow_type
    attributes.task_queue.name = "queue"
    attributes.original_execution_run_id = attributes.first_execution_run_id = RUN_ID
    attributes.attempt = 1
    attributes.workflow_task_timeout.FromSeconds(10)
    scheduled = _event(EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED)
    scheduled.workflow_task_scheduled_event_attributes.task_queue.name = "queue"
    task_started = _event(EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED)
    task_started.workflow_task_started_event_attributes.scheduled_event_id = 2
    completed = _event(EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
    completed.workflow_task_completed_event_attributes.scheduled_event_id = 2
    completed.workflow_task_completed_event_attributes.started_event_id = 3
    history = History(events=[started, scheduled, task_started, completed, *events])
    for number, event in enumerate(history.events, 1):
        event.event_id = number
        event.event_time.FromSeconds(_START + number)
    return history


def _event(kind: EventType.ValueType) -> HistoryEvent:
    return HistoryEvent(event_type=kind)


def _payloads(value: object) -> Payloads:
    return Payloads(payloads=DataConverter.default.payload_converter.to_payloads([value]))


# What a workflow's first task may have given rise to. ``number`` is the place of the command among
# those of its kind.


def timer(seconds: int = 60, number: int = 1) -> HistoryEvent:
    """A timer was started."""
    event = _event(EventType.EVENT_TYPE_TIMER_STARTED)
    attributes = event.timer_started_event_attributes
    attributes.timer_id = str(number)
    attributes.start_to_fire_timeout.FromSeconds(seconds)
    attributes.workflow_task_completed_event_id = _TASK_COMPLETED
    return event


def activity(
    value: object = None, name: str = "record", id: str = "", number: int = 1
) -> HistoryEvent:
    """An activity was scheduled."""
    event = _event(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    attributes = event.activity_task_scheduled_event_attributes
    attributes.activity_id = id or str(number)
    attributes.activity_type.name = name
    attributes.task_queue.name = "queue"
    attributes.input.CopyFrom(_payloads(value))
    attributes.workflow_task_completed_event_id = _TASK_COMPLETED
    return event


def local_activity(name: str = "record") -> HistoryEvent:
    """A local activity has run. The history keeps its result, and nothing of its input."""
    event = _event(EventType.EVENT_TYPE_MARKER_RECORDED)
    attributes = event.marker_recorded_event_attributes
    attributes.marker_name = "core_local_activity"
    attributes.workflow_task_completed_event_id = _TASK_COMPLETED
    moment = {"seconds": _START, "nanos": 0}
    data = {
        "seq": 1,
        "attempt": 1,
        "activity_id": "1",
        "activity_type": name,
        "complete_time": moment,
        "backoff": None,
        "original_schedule_time": moment,
    }
    encoded = attributes.details["data"].payloads.add(data=json.dumps(data).encode())
    encoded.metadata["encoding"] = b"json/plain"
    attributes.details["result"].CopyFrom(_payloads(None))
    return event


def child(value: object = None, name: str = "Child", id: str = "child") -> HistoryEvent:
    """A child workflow was to be started."""
    event = _event(EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED)
    attributes = event.start_child_workflow_execution_initiated_event_attributes
    attributes.namespace, attributes.workflow_id = "default", id
    attributes.workflow_type.name = name
    attributes.task_queue.name = "queue"
    attributes.input.CopyFrom(_payloads(value))
    attributes.workflow_task_completed_event_id = _TASK_COMPLETED
    return event


def signal(value: object = None, name: str = "note", to: str = "other") -> HistoryEvent:
    """Another workflow was to be signalled."""
    event = _event(EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED)
    attributes = event.signal_external_workflow_execution_initiated_event_attributes
    attributes.namespace, attributes.signal_name = "default", name
    attributes.workflow_execution.workflow_id = to
    attributes.input.CopyFrom(_payloads(value))
    attributes.workflow_task_completed_event_id = _TASK_COMPLETED
    return event


def nexus_operation(value: object = None, name: str = "operation") -> HistoryEvent:
    """An operation of a Nexus service was scheduled."""
    event = _event(EventType.EVENT_TYPE_NEXUS_OPERATION_SCHEDULED)
    attributes = event.nexus_operation_scheduled_event_attributes
    attributes.endpoint, attributes.service, attributes.operation = "endpoint", "Service", name
    attributes.input.CopyFrom(_payloads(value).payloads[0])
    attributes.workflow_task_completed_event_id = _TASK_COMPLETED
    return event


def continued_as_new(value: object = None) -> HistoryEvent:
    """The workflow has continued as new."""
    event = _event(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW)
    attributes = event.workflow_execution_continued_as_new_event_attributes
    attributes.new_execution_run_id, attributes.workflow_type.name = "next", "Flow"
    attributes.input.CopyFrom(_payloads(value))
    attributes.workflow_task_completed_event_id = _TASK_COMPLETED
    return event


def patch_marker(id: str, deprecated: bool = False) -> HistoryEvent:
    """A patch was asked for, and the workflow went the new way."""
    event = _event(EventType.EVENT_TYPE_MARKER_RECORDED)
    attributes = event.marker_recorded_event_attributes
    attributes.marker_name = "core_patch"
    attributes.details["patch-data"].CopyFrom(_payloads({"id": id, "deprecated": deprecated}))
    attributes.workflow_task_completed_event_id = _TASK_COMPLETED
    return event
