"""The SDK's Replayer over recorded histories."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

_ENDS = (
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
)


def oracle(folder: Path, file: Path) -> str:
    """Return what becomes of the histories in a folder with the workflows of a file.

    Every part that a worker may have got of them is replayed.
    """
    workflows = workflows_of(file)
    worst = "compatible"
    for history in sorted(folder.glob("history-*.json")):
        events = list(WorkflowHistory.from_json("w", history.read_text()).events)
        if any(not _replays(workflows, part) for part in _running(events)):
            return "incompatible"
        if not _replays(workflows, events):
            if events[-1].event_type not in _ENDS:
                return "incompatible"
            worst = "closed-only"
    return worst


def _running(events: Sequence[HistoryEvent]) -> Iterator[Sequence[HistoryEvent]]:
    """Yield what a worker gets of a history, workflow task by workflow task."""
    for number, event in enumerate(events, 1):
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
            yield events[:number]


def _replays(workflows: list[type], events: Sequence[HistoryEvent]) -> bool:
    async def run() -> bool:
        replayer = Replayer(workflows=workflows, workflow_runner=UnsandboxedWorkflowRunner())
        begin = events[0].workflow_execution_started_event_attributes
        history = WorkflowHistory(begin.workflow_id or "w", list(events))
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        return result.replay_failure is None

    return asyncio.run(asyncio.wait_for(run(), 20))


def workflows_of(file: Path) -> list[type]:
    """Return the workflows of a file, which is imported."""
    name = f"replay_pair_{file.parent.name.replace('-', '_')}_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [
        each
        for each in vars(module).values()
        if isinstance(each, type) and hasattr(each, "__temporal_workflow_definition")
    ]
