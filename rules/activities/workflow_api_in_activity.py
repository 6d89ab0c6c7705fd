"""Uses the workflow API in an activity, where there is no workflow.

## What breaks

`workflow.now()`, `workflow.info()`, `workflow.sleep()`, `workflow.execute_activity()` and the other
functions of `temporalio.workflow` belong to the event loop of a workflow. An activity runs outside
of it, so they raise, and the attempt fails. The activity is then retried, by default for ever.

This is true of `workflow.logger` as well: the first line that is logged fails the activity. In a
helper that workflows and activities share it is easily overlooked, because the workflow works.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def charge(order: str) -> str:
    workflow.logger.info("charging %s", order)
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            charge, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def charge(order: str) -> str:
    activity.logger.info("charging %s", order)
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            charge, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

A helper that both call can ask `workflow.in_workflow()` first.

## Fix safety

`workflow.logger` becomes `activity.logger`, for all calls of a function. Activities are not
replayed, and `activity.logger` never raises: the fix is safe. It is withheld where a workflow runs
the function as well. What takes the place of the other names depends on what they are for.

## What the SDK does

It raises `_NotInWorkflowEventLoopError: Not in workflow event loop`. `workflow.in_workflow()`,
`workflow.unsafe.imports_passed_through()` and types such as `workflow.ParentClosePolicy` work
anywhere.

## References

* https://docs.temporal.io/develop/python/activities/basics
* https://python.temporal.io/temporalio.activity.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Api, Fixable, Report, Rule, Scope, Severity, sdk_calls

from ._loggers import LOGS, with_logger

if TYPE_CHECKING:
    from wflint.rule import CallView, FixView, Repair

_WORKFLOW = "temporalio.workflow."
_LOGGER = f"{_WORKFLOW}logger."
_USE = {
    "info": "activity.info()",
    "metric_meter": "activity.metric_meter()",
    "now": "datetime.now(timezone.utc)",
    "payload_converter": "activity.payload_converter()",
    "random": "the module `random`",
    "sleep": "asyncio.sleep()",
    "time": "time.time()",
    "time_ns": "time.time_ns()",
    "uuid4": "uuid.uuid4()",
    "uuid7": "uuid.uuid4()",
}
"""The counterparts in an activity."""

_OTHERS = frozenset(
    {
        "all_handlers_finished",
        "cancellation_reason",
        "create_event_group",
        "extern_functions",
        "get_current_details",
        "get_dynamic_query_handler",
        "get_dynamic_signal_handler",
        "get_dynamic_update_handler",
        "get_external_workflow_handle",
        "get_external_workflow_handle_for",
        "get_last_completion_result",
        "get_last_failure",
        "get_query_handler",
        "get_signal_handler",
        "get_update_handler",
        "has_last_completion_result",
        "instance",
        "is_failure_exception",
        "memo",
        "memo_value",
        "random_seed",
        "register_random_seed_callback",
        "unsafe.is_read_only",
        "unsafe.is_replaying",
        "unsafe.is_replaying_history_events",
    }
)
_CALLS = [name for name in sdk_calls() if name.startswith(_WORKFLOW)]
_WORK_ANYWHERE = frozenset({"as_completed", "wait"})
_LOG = Api("activity.logger", Fixable.SAFE)


def _raising() -> frozenset[str]:
    """Return the functions that raise outside of a workflow, without their module."""
    known = (name.removeprefix(_WORKFLOW) for name in _CALLS)
    plain = {name for name in known if "." not in name}
    return frozenset({*_USE, *_OTHERS, *plain} - _WORK_ANYWHERE)


class WorkflowApiInActivity(Rule):
    code = "WFL802"
    name = "workflow-api-in-activity"
    severity = Severity.ERROR
    scope = Scope.ACTIVITY
    fix = Fixable.SAFE
    since = "0.1"
    once_per_function = True
    raising = _raising()
    targets = frozenset(
        {*(f"{_WORKFLOW}{name}" for name in raising), *(f"{_LOGGER}{name}" for name in LOGS)}
    )

    def check_call(self, view: CallView) -> Iterable[Report]:
        """Everything that asks for the workflow; a logger is reported once for a function.

        What may also be something else, such as a logger that a test has chosen, is not reported.
        """
        if view.may_be_another:
            return
        fails = f"`{view.shown}` raises in an activity, which runs outside of the workflow"
        if view.name.startswith(_LOGGER):
            yield Report(f"{fails}; use `{_LOG.use}`", api=_LOG, group=_LOGGER)
            return
        use = _USE.get(view.name.removeprefix(_WORKFLOW), "")
        use = use if " " in use or not use else f"`{use}`"
        advice = f"use {use}" if use else "let the workflow do it"
        yield Report(f"{fails}; {advice}", group=view.name)

    def repair(self, at: FixView) -> Repair | None:
        """All calls of the logger in the function go to that of the activity."""
        if at.api != _LOG:
            return None
        edits = with_logger(at, f"{_WORKFLOW}logger", lambda: at.activity("logger"))
        return at.safe("Use `activity.logger`", *edits) if edits else None
