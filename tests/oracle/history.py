"""Makes the history that a server would have kept of a recorded run."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from typing import Any

from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.bridge.proto.workflow_commands import WorkflowCommand

from tests.oracle.recorded import Run
from tests.oracle.replay import RUN_ID
from tests.oracle.sandbox import Stage
from tests.oracle.server import Task, payload

_QUEUE = {"name": "queue"}
_CORE_FLAGS = (1, 2, 3, 4)
"""Flags of the SDK's core in histories: it compares ids and types, too."""


def history_of(run: Run) -> list[HistoryEvent]:
    """The events of a run: its tasks, what it asked for, and what came of that.

    A task that failed, and will be tried again, is not there yet.
    """
    book = _Book(run.workflow_type)
    done = run.tasks if run.stage in (Stage.OK, Stage.FAILED) else run.tasks[:-1]
    kept = [task for task in done if not task.asks]
    for n, task in enumerate(kept):
        if not task.goes_on:
            rest = itertools.takewhile(lambda later: later.goes_on, kept[n + 1 :])
            book.write(task, _sent([*task.commands, *(c for part in rest for c in part.commands)]))
    return book.events


_TAKES_BACK = {"cancel_timer": "start_timer", "request_cancel_activity": "schedule_activity"}


def _sent(commands: Sequence[WorkflowCommand]) -> list[WorkflowCommand]:
    """The commands that the server gets: none that is taken back in the same workflow task."""
    sent: dict[tuple[str, int], WorkflowCommand] = {}
    for place, command in enumerate(commands):
        kind = command.WhichOneof("variant") or ""
        seq = getattr(getattr(command, kind), "seq", -place)
        if sent.pop((_TAKES_BACK.get(kind, ""), seq), None) is None:
            sent[kind, seq] = command
    return list(sent.values())


class _Book:
    """The events so far. A method with the name of a job or a command adds the events of it."""

    def __init__(self, workflow_type: str) -> None:
        self.events: list[HistoryEvent] = []
        self._workflow_type = workflow_type
        self._moment = 0
        self._task_scheduled = self._task_completed = 0  # the events of the latest workflow task
        self._begun: dict[tuple[str, int | str], int] = {}  # the event that began something
        self._children: dict[int, dict[str, str]] = {}
        self._requests: dict[str, Any] = {}  # of updates

    def write(self, task: Task, commands: Sequence[WorkflowCommand]) -> None:
        """Add what had happened before a task, the task, and what was asked for in it."""
        self._moment = task.moment
        for job in task.jobs:
            self._write_part(job)
        self._workflow_task(task)
        for command in commands:
            self._write_part(command)

    def _write_part(self, part: Any) -> None:
        kind = part.WhichOneof("variant")
        write: Callable[[Any], None] | None = getattr(self, f"_{kind}", None)
        if write is None:
            raise NotImplementedError(f"nobody has needed the events of {kind} so far")
        write(getattr(part, kind))

    def _add(self, kind: str, **attributes: Any) -> int:
        """A new event; gives its number."""
        event = HistoryEvent(event_id=len(self.events) + 1)
        event.event_type = EventType.Value(f"EVENT_TYPE_{kind.upper()}")
        event.event_time.FromNanoseconds(self._moment)
        field = getattr(event, f"{kind}_event_attributes")
        field.SetInParent()
        field.MergeFrom(type(field)(**attributes))
        self.events.append(event)
        return event.event_id

    def _add_command(self, kind: str, **attributes: Any) -> int:
        """A new event that comes of a command."""
        return self._add(kind, workflow_task_completed_event_id=self._task_completed, **attributes)

    def _workflow_task(self, task: Task) -> None:
        self._task_scheduled = self._add("workflow_task_scheduled", task_queue=_QUEUE)
        started = self._add("workflow_task_started", scheduled_event_id=self._task_scheduled)
        self._task_completed = self._add(
            "workflow_task_completed",
            scheduled_event_id=self._task_scheduled,
            started_event_id=started,
            sdk_metadata={"core_used_flags": _CORE_FLAGS, "lang_used_flags": task.flags},
        )

    # What had happened.

    def _initialize_workflow(self, job: Any) -> None:
        self._add(
            "workflow_execution_started",
            workflow_type={"name": self._workflow_type},
            task_queue=_QUEUE,
            input=Payloads(payloads=job.arguments),
            original_execution_run_id=RUN_ID,
            first_execution_run_id=RUN_ID,
            attempt=1,
            workflow_task_timeout={"seconds": 10},
        )

    def _signal_workflow(self, job: Any) -> None:
        given = Payloads(payloads=job.input)
        self._add("workflow_execution_signaled", signal_name=job.signal_name, input=given)

    def _do_update(self, job: Any) -> None:
        self._requests[job.protocol_instance_id] = job  # there is no event until it is accepted

    def _fire_timer(self, job: Any) -> None:
        begun = self._begun["timer", job.seq]
        self._add("timer_fired", timer_id=str(job.seq), started_event_id=begun)

    def _resolve_activity(self, job: Any) -> None:
        begun = self._begun["activity", job.seq]
        started = self._add("activity_task_started", scheduled_event_id=begun, attempt=1)
        result = Payloads(payloads=[job.result.completed.result])
        self._add(
            "activity_task_completed",
            scheduled_event_id=begun,
            started_event_id=started,
            result=result,
        )

    def _resolve_child_workflow_execution_start(self, job: Any) -> None:
        begun = self._begun["child", job.seq]
        self._children[job.seq]["run_id"] = job.succeeded.run_id
        self._begun["running child", job.seq] = self._add(
            "child_workflow_execution_started",
            initiated_event_id=begun,
            workflow_execution=self._children[job.seq],
        )

    def _resolve_child_workflow_execution(self, job: Any) -> None:
        self._add(
            "child_workflow_execution_completed",
            initiated_event_id=self._begun["child", job.seq],
            started_event_id=self._begun["running child", job.seq],
            workflow_execution=self._children[job.seq],
            result=Payloads(payloads=[job.result.completed.result]),
        )

    def _resolve_signal_external_workflow(self, job: Any) -> None:
        begun = self._begun["signal", job.seq]
        self._add("external_workflow_execution_signaled", initiated_event_id=begun)

    def _resolve_request_cancel_external_workflow(self, job: Any) -> None:
        begun = self._begun["cancel", job.seq]
        self._add("external_workflow_execution_cancel_requested", initiated_event_id=begun)

    # What was asked for.

    def _start_timer(self, command: Any) -> None:
        self._begun["timer", command.seq] = self._add_command(
            "timer_started",
            timer_id=str(command.seq),
            start_to_fire_timeout=command.start_to_fire_timeout,
        )

    def _cancel_timer(self, command: Any) -> None:
        self._add_command(
            "timer_canceled",
            timer_id=str(command.seq),
            started_event_id=self._begun["timer", command.seq],
        )

    def _schedule_activity(self, command: Any) -> None:
        self._begun["activity", command.seq] = self._add_command(
            "activity_task_scheduled",
            activity_id=command.activity_id,
            activity_type={"name": command.activity_type},
            task_queue=_QUEUE,
            input=Payloads(payloads=command.arguments),
        )

    def _request_cancel_activity(self, command: Any) -> None:
        begun = self._begun["activity", command.seq]
        self._add_command("activity_task_cancel_requested", scheduled_event_id=begun)

    def _schedule_local_activity(self, command: Any) -> None:
        """A local activity has run in the same workflow task; its marker holds the result."""
        moment = {"seconds": self._moment // 1_000_000_000, "nanos": 0}
        data = {
            "seq": command.seq,
            "attempt": 1,
            "activity_id": command.activity_id,
            "activity_type": command.activity_type,
            "complete_time": moment,
            "backoff": None,
            "original_schedule_time": moment,
        }
        encoded = payload(None)
        encoded.metadata["encoding"], encoded.data = b"json/plain", json.dumps(data).encode()
        details = {"data": [encoded], "result": [payload(None)]}
        self._add_command(
            "marker_recorded",
            marker_name="core_local_activity",
            details={key: Payloads(payloads=payloads) for key, payloads in details.items()},
        )

    def _start_child_workflow_execution(self, command: Any) -> None:
        self._children[command.seq] = {"workflow_id": command.workflow_id}
        self._begun["child", command.seq] = self._add_command(
            "start_child_workflow_execution_initiated",
            namespace="default",
            workflow_id=command.workflow_id,
            workflow_type={"name": command.workflow_type},
            task_queue=_QUEUE,
            input=Payloads(payloads=command.input),
        )

    def _signal_external_workflow_execution(self, command: Any) -> None:
        self._begun["signal", command.seq] = self._add_command(
            "signal_external_workflow_execution_initiated",
            namespace="default",
            signal_name=command.signal_name,
            workflow_execution={"workflow_id": command.workflow_execution.workflow_id},
            input=Payloads(payloads=command.args),
        )

    def _request_cancel_external_workflow_execution(self, command: Any) -> None:
        self._begun["cancel", command.seq] = self._add_command(
            "request_cancel_external_workflow_execution_initiated",
            namespace="default",
            workflow_execution={"workflow_id": command.workflow_execution.workflow_id},
        )

    def _update_response(self, command: Any) -> None:
        id = command.protocol_instance_id
        request = self._requests[id]
        if command.HasField("accepted"):
            given = {"name": request.name, "args": Payloads(payloads=request.input)}
            self._begun["update", id] = self._add(
                "workflow_execution_update_accepted",
                protocol_instance_id=id,
                accepted_request_message_id=f"{id}/request",
                accepted_request_sequencing_event_id=self._task_scheduled,
                accepted_request={"meta": {"update_id": id}, "input": given},
            )
        elif command.HasField("completed"):
            self._add(
                "workflow_execution_update_completed",
                meta={"update_id": id},
                accepted_event_id=self._begun["update", id],
                outcome={"success": Payloads(payloads=[command.completed])},
            )

    def _complete_workflow_execution(self, command: Any) -> None:
        result = Payloads(payloads=[command.result])
        self._add_command("workflow_execution_completed", result=result)

    def _fail_workflow_execution(self, command: Any) -> None:
        self._add_command("workflow_execution_failed", failure=command.failure)

    def _continue_as_new_workflow_execution(self, command: Any) -> None:
        self._add_command(
            "workflow_execution_continued_as_new",
            new_execution_run_id="next",
            workflow_type={"name": command.workflow_type or self._workflow_type},
            input=Payloads(payloads=command.arguments),
        )
