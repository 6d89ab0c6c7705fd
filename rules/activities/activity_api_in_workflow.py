"""Uses the activity API in a workflow, where there is no activity.

## What breaks

`activity.info()`, `activity.heartbeat()`, `activity.is_cancelled()` and the other functions of
`temporalio.activity` belong to the activity that runs. In workflow code there is none, so they
raise `RuntimeError`: the workflow *task* fails and is retried for ever, while the workflow itself
neither fails nor goes on.

`activity.logger` does work in a workflow, but it knows nothing of replays: every line is logged
again each time the workflow is replayed, and without the workflow's details.

## Bad

```python
from temporalio import activity, workflow


def describe() -> str:
    return f"attempt {activity.info().attempt}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return describe()
```

## Good

```python
from temporalio import workflow


def describe() -> str:
    return f"attempt {workflow.info().attempt}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return describe()
```

A helper that workflows and activities share can ask `activity.in_activity()` first.

## Fix safety

`activity.logger` becomes `workflow.logger`, for all calls of a function. Logging is in no history,
so workflows that are already running replay as before: the fix is safe. It is withheld where
something else than workflows runs the function, because `workflow.logger` raises there.

## What the SDK does

It raises `RuntimeError: Not in activity context`, and the workflow task fails ("Workflow Task in
failed state"). `activity.in_activity()` works anywhere.

## References

* https://docs.temporal.io/develop/python/workflows/basics
* https://python.temporal.io/temporalio.activity.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Api, Fixable, Report, Rule, Scope, Severity

from ._loggers import LOGS, with_logger

if TYPE_CHECKING:
    from wflint.rule import CallView, FixView, Repair

_ACTIVITY = "temporalio.activity."
_LOGGER = f"{_ACTIVITY}logger."
_USE = {
    "info": "workflow.info()",
    "metric_meter": "workflow.metric_meter()",
    "payload_converter": "workflow.payload_converter()",
}
"""The counterparts in a workflow."""

_OTHERS = frozenset(
    {
        "cancellation_details",
        "client",
        "heartbeat",
        "is_cancelled",
        "is_worker_shutdown",
        "raise_complete_async",
        "shield_thread_cancel_exception",
        "wait_for_cancelled",
        "wait_for_cancelled_sync",
        "wait_for_worker_shutdown",
        "wait_for_worker_shutdown_sync",
    }
)
_LOG = Api("workflow.logger", Fixable.SAFE)


class ActivityApiInWorkflow(Rule):
    code = "WFL803"
    name = "activity-api-in-workflow"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    fix = Fixable.SAFE
    since = "0.1"
    once_per_function = True
    raising = frozenset({*_USE, *_OTHERS})
    targets = frozenset(
        {*(f"{_ACTIVITY}{name}" for name in raising), *(f"{_LOGGER}{name}" for name in LOGS)}
    )

    def check_call(self, view: CallView) -> Iterable[Report]:
        """Everything that asks for the activity; its logger only logs too often."""
        if view.name.startswith(_LOGGER):
            message = f"`{view.shown}` logs again at every replay; use `{_LOG.use}`"
            yield Report(message, Severity.WARNING, api=_LOG, group=_LOGGER)
            return
        use = _USE.get(view.name.removeprefix(_ACTIVITY))
        advice = f"use `{use}`" if use else "only activities can do this"
        yield Report(
            f"`{view.shown}` raises in a workflow, where no activity runs, and the workflow task "
            f"is retried for ever; {advice}",
            group=view.name,
        )

    def repair(self, at: FixView) -> Repair | None:
        """All calls of the logger in the function go to that of the workflow."""
        if at.api != _LOG:
            return None
        edits = with_logger(at, f"{_ACTIVITY}logger", lambda: at.workflow("logger"))
        return at.safe("Use `workflow.logger`", *edits) if edits else None
