"""The real SDK says with which error a wait ends: the rules on cancellation rest on that."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from temporalio import workflow
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.exceptions import ActivityError
from temporalio.worker import UnsandboxedWorkflowRunner

from tests.oracle.sandbox import create
from wflint.temporal.api import sdk_calls
from wflint.temporal.effects import Effect
from wflint.temporal.errors import FAILS_AS

ACTIVITY = "asyncio.wait_for an activity"
WAITS: dict[str, Callable[[], Awaitable[object]]] = {
    "temporalio.workflow.sleep": lambda: workflow.sleep(9),
    "temporalio.workflow.wait_condition": lambda: workflow.wait_condition(lambda: False),
    "asyncio.sleep": lambda: asyncio.sleep(9),
    "asyncio.wait_for": lambda: asyncio.wait_for(asyncio.Event().wait(), 9),
    ACTIVITY: lambda: asyncio.wait_for(
        workflow.execute_activity("charge", start_to_close_timeout=timedelta(9)), 9
    ),
    "temporalio.workflow.start_child_workflow": lambda: workflow.start_child_workflow("Ship"),
    "temporalio.workflow.execute_child_workflow": lambda: workflow.execute_child_workflow("Ship"),
}
SEEN: list[type[BaseException]] = []


@workflow.defn(sandboxed=False)
class Waiting:
    wait = ""

    @workflow.run
    async def run(self) -> None:
        try:
            await WAITS[self.wait]()
        except BaseException as error:
            SEEN.append(type(error))
            raise

    @workflow.signal(unfinished_policy=workflow.HandlerUnfinishedPolicy.ABANDON)
    async def poke(self) -> None:
        try:
            await workflow.sleep(9)
        except BaseException as error:
            SEEN.append(type(error))
            raise


def seen_when_cancelled(wait: str, poked: bool = False) -> list[type[BaseException]]:
    """The errors that a workflow gets that is cancelled while it waits."""
    SEEN.clear()
    Waiting.wait = wait
    definition = workflow._Definition.must_from_class(Waiting)
    instance = asyncio.run(create(definition, UnsandboxedWorkflowRunner()))
    begin, cancel = WorkflowActivation(run_id="run"), WorkflowActivation(run_id="run")
    start = begin.jobs.add().initialize_workflow
    start.workflow_type, start.workflow_id = "Waiting", "example"
    if poked:
        begin.jobs.add().signal_workflow.signal_name = "poke"
    cancel.jobs.add().cancel_workflow.SetInParent()
    for activation in (begin, cancel):
        instance.activate(activation)
    if wait == ACTIVITY:  # it is told how that has ended, too
        instance.activate(_canceled_activity())
    return list(SEEN)


def _canceled_activity() -> WorkflowActivation:
    activation = WorkflowActivation(run_id="run")
    job = activation.jobs.add().resolve_activity
    job.seq = 1
    job.result.cancelled.failure.activity_failure_info.SetInParent()
    job.result.cancelled.failure.cause.canceled_failure_info.SetInParent()
    return activation


@pytest.mark.parametrize("wait", [wait for wait in WAITS if wait != ACTIVITY])
def test_a_wait_in_the_event_loop_ends_with_the_error_of_asyncio(wait: str) -> None:
    assert seen_when_cancelled(wait) == [asyncio.CancelledError]
    does = sdk_calls()[wait].does & (Effect.AWAITS_ASYNCIO | Effect.AWAITS_START)
    assert FAILS_AS[does] == "asyncio.CancelledError"


def test_an_activity_in_wait_for_ends_as_ever_from_python_3_12_on() -> None:
    is_new = sys.version_info >= (3, 12)
    assert seen_when_cancelled(ACTIVITY) == [ActivityError if is_new else asyncio.CancelledError]


def test_handlers_of_messages_are_not_cancelled() -> None:
    """Only the wait of the run method ends."""
    assert seen_when_cancelled("asyncio.sleep", poked=True) == [asyncio.CancelledError]
