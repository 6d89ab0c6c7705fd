"""What a server has made of the workflows in ``fixtures/recorded``, which the rules report.

The histories were recorded once, by ``scripts/record_histories.py``. Each is replayed here with the
workflow as it is now, so that code and history belong together; its events are what the page of a
rule says. That the rule reports the one workflow, and not the other, is for the fixture to show.
"""

from __future__ import annotations

import asyncio
import functools
import importlib.util
import logging
from collections.abc import AsyncIterator, Set
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
from temporalio.api.enums.v1 import EventType, ParentClosePolicy, RetryState, TimeoutType
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from tests.harness import FIXTURES

HISTORIES = Path(__file__).parent.parent / "histories"
NAMES = sorted(file.stem for file in HISTORIES.glob("*.json"))


def recorded(name: str) -> list[HistoryEvent]:
    text = (HISTORIES / f"{name}.json").read_text(encoding="utf-8")
    return list(WorkflowHistory.from_json(name, text).events)


def kinds(name: str) -> list[str]:
    """The kinds of the events of a history, in order."""
    return [EventType.Name(e.event_type).removeprefix("EVENT_TYPE_") for e in recorded(name)]


def last(name: str, kind: str) -> HistoryEvent:
    """The last event of a kind."""
    return recorded(name)[len(kinds(name)) - 1 - kinds(name)[::-1].index(kind)]


def activities(name: str) -> list[str]:
    """The types of the activities that were called."""
    called = (event.activity_task_scheduled_event_attributes for event in recorded(name))
    return [one.activity_type.name for one in called if one.activity_type.name]


def workflows() -> list[type]:
    """All workflows of the fixture."""
    modules = map(_loaded, sorted((FIXTURES / "recorded").glob("*.py")))
    found = (value for module in modules for value in vars(module).values())
    return [one for one in found if hasattr(one, "__temporal_workflow_definition")]


def _loaded(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"recorded_{file.stem}", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Replayed(NamedTuple):
    """The names of the histories that do not fit the code, and of those where a task failed."""

    unlike: frozenset[str]
    failed: frozenset[str]


@functools.cache
def replayed() -> Replayed:
    """What the SDK's replayer says of all histories."""
    log = _Log()
    logging.getLogger("temporalio.worker").addHandler(log)
    try:
        failures = asyncio.run(_replay_failures())
    finally:
        logging.getLogger("temporalio.worker").removeHandler(log)
    unlike = {name for name in NAMES if _run_id(name) in failures}
    failed = {n for n in NAMES if any(f" with ID {n} " in text for text in log.texts)}
    return Replayed(frozenset(unlike), frozenset(failed))


class _Log(logging.Handler):
    """Keeps what the worker tells of workflow tasks that fail."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage().startswith("Failed activation on workflow"):
            self.texts.append(record.getMessage())


async def _replay_failures() -> Set[str]:
    """The ids of the runs whose history does not fit the code."""
    replayer = Replayer(workflows=workflows(), workflow_runner=UnsandboxedWorkflowRunner())
    results = await replayer.replay_workflows(_histories(), raise_on_replay_failure=False)
    return results.replay_failures.keys()


async def _histories() -> AsyncIterator[WorkflowHistory]:
    for name in NAMES:
        yield WorkflowHistory(name, recorded(name))


def _run_id(name: str) -> str:
    started = recorded(name)[0].workflow_execution_started_event_attributes
    return started.original_execution_run_id


def fails_with(failure: Failure) -> str:
    return failure.application_failure_info.type


@pytest.mark.parametrize("name", NAMES)
def test_the_history_is_one_of_the_workflow_as_it_is_now(name: str) -> None:
    assert name not in replayed().unlike


def test_a_task_that_failed_fails_again() -> None:
    assert replayed().failed == {"looked_up", "value_error"}


# WFL703, WFL704, WFL716


@pytest.mark.parametrize("name", ["kept", "taken_for_error"])
def test_a_cancellation_that_is_kept_shows_the_workflow_as_completed(name: str) -> None:
    assert "WORKFLOW_EXECUTION_CANCEL_REQUESTED" in kinds(name)
    assert kinds(name)[-1] == "WORKFLOW_EXECUTION_COMPLETED"


@pytest.mark.parametrize("name", ["raised", "asked_for"])
def test_one_that_is_raised_again_shows_it_as_canceled(name: str) -> None:
    assert kinds(name)[-1] == "WORKFLOW_EXECUTION_CANCELED"


def test_an_error_handler_cleans_up_after_some_cancellations_only() -> None:
    assert activities("errors_in_activity") == ["deliver", "release"]
    assert activities("errors_in_sleep") == []
    assert kinds("errors_in_sleep")[-1] == "WORKFLOW_EXECUTION_CANCELED"


def test_a_handler_of_cancellations_cleans_up_after_all() -> None:
    assert activities("always_in_activity") == ["deliver", "release"]
    assert activities("always_in_sleep") == ["release"]


# WFL701, WFL717


@pytest.mark.parametrize(
    ("name", "error"), [("value_error", "ValueError"), ("looked_up", "KeyError")]
)
def test_a_plain_exception_fails_the_task_and_leaves_the_workflow_open(
    name: str, error: str
) -> None:
    failed = last(name, "WORKFLOW_TASK_FAILED").workflow_task_failed_event_attributes
    assert fails_with(failed.failure) == error
    assert kinds(name)[-2:] == ["WORKFLOW_TASK_SCHEDULED", "WORKFLOW_TASK_STARTED"]
    again = last(name, "WORKFLOW_TASK_SCHEDULED").workflow_task_scheduled_event_attributes
    assert again.attempt > 1


@pytest.mark.parametrize(
    ("name", "error"), [("application_error", "ValueError"), ("named", "KeyError")]
)
def test_a_failure_fails_the_workflow(name: str, error: str) -> None:
    ended = last(name, "WORKFLOW_EXECUTION_FAILED").workflow_execution_failed_event_attributes
    assert fails_with(ended.failure) == error


# WFL628, WFL801, WFL621


@pytest.mark.parametrize("name", ["silent", "blocking", "stuck_noticed"])
def test_an_activity_without_heartbeats_times_out(name: str) -> None:
    """Also one that sends them, where it blocks the event loop that is to do so."""
    timed_out = last(name, "ACTIVITY_TASK_TIMED_OUT").activity_task_timed_out_event_attributes
    kind = timed_out.failure.timeout_failure_info.timeout_type
    assert kind == TimeoutType.TIMEOUT_TYPE_HEARTBEAT


def test_the_same_work_with_heartbeats_does_not() -> None:
    assert "ACTIVITY_TASK_COMPLETED" in kinds("steady")


def test_without_a_timeout_nobody_misses_the_heartbeats() -> None:
    assert activities("stuck_unnoticed") == activities("stuck_noticed") == ["stuck"]
    assert kinds("stuck_unnoticed")[-1] == "ACTIVITY_TASK_SCHEDULED"


# WFL620


def test_a_forgotten_child_is_terminated_with_its_parent() -> None:
    assert kinds("forgotten_parent")[-1] == "WORKFLOW_EXECUTION_COMPLETED"
    begun = last("forgotten_parent", "START_CHILD_WORKFLOW_EXECUTION_INITIATED")
    policy = begun.start_child_workflow_execution_initiated_event_attributes.parent_close_policy
    assert policy == ParentClosePolicy.PARENT_CLOSE_POLICY_TERMINATE
    assert kinds("forgotten_child")[-1] == "WORKFLOW_EXECUTION_TERMINATED"


def test_an_abandoned_child_goes_on() -> None:
    assert kinds("abandoned_child")[-1] == "WORKFLOW_EXECUTION_COMPLETED"


# WFL609


def test_an_activity_that_gets_too_few_arguments_fails_at_each_attempt() -> None:
    started = last("too_few", "ACTIVITY_TASK_STARTED").activity_task_started_event_attributes
    assert started.attempt > 1 and fails_with(started.last_failure) == "TypeError"
    failed = last("too_few", "ACTIVITY_TASK_FAILED").activity_task_failed_event_attributes
    assert fails_with(failed.failure) == "TypeError"
    assert failed.retry_state == RetryState.RETRY_STATE_TIMEOUT


def test_one_that_gets_all_completes() -> None:
    assert kinds("enough")[-1] == "WORKFLOW_EXECUTION_COMPLETED"
