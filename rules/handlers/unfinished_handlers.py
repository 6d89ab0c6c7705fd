"""The run method ends without waiting for handlers that may still be at work.

## What breaks

An `async` handler of a signal or an update runs beside the run method. When that returns, continues
as new or fails, the workflow is closed, and handlers that wait for an activity, a timer or a
condition are dropped where they are: what they should still have done is never done. The sender of
an update gets an error in place of the result.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def book(item: str) -> None: ...


@workflow.defn
class TripWorkflow:
    def __init__(self) -> None:
        self.closed = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self.closed)

    @workflow.signal
    def close(self) -> None:
        self.closed = True

    @workflow.update
    async def add(self, item: str) -> None:
        await workflow.execute_activity(book, item, start_to_close_timeout=timedelta(seconds=30))
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def book(item: str) -> None: ...


@workflow.defn
class TripWorkflow:
    def __init__(self) -> None:
        self.closed = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self.closed)
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.signal
    def close(self) -> None:
        self.closed = True

    @workflow.update
    async def add(self, item: str) -> None:
        await workflow.execute_activity(book, item, start_to_close_timeout=timedelta(seconds=30))
```

## What the SDK does

It warns when it happens: `[TMPRL1102] Workflow finished while an update handler is still running`
(`UnfinishedUpdateHandlersWarning`, `UnfinishedSignalHandlersWarning`). Handlers with
`unfinished_policy=workflow.HandlerUnfinishedPolicy.ABANDON` may be dropped; there it is silent, and
so is the rule.

The rule is silent as well where the run method never ends, where anything that the workflow runs
asks `all_handlers_finished`, and where the run method waits for something that the handler does
when it has waited.

## References

* https://docs.temporal.io/handling-messages#wait-for-message-handlers
* https://docs.temporal.io/develop/python/workflows/message-passing#wait-for-message-handlers
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import WorkflowView


class UnfinishedHandlers(Rule):
    code = "WFL412"
    name = "unfinished-handlers"
    severity = Severity.WARNING
    scope = Scope.SIGNAL | Scope.UPDATE
    since = "0.1"

    def check_workflow(self, workflow: WorkflowView) -> Iterable[PlacedReport]:
        """Each handler that may be left."""
        for handler in workflow.unfinished:
            kind = "signal" if handler.kind is Scope.SIGNAL else "update"
            yield PlacedReport(
                handler.place,
                Report(
                    f"`{workflow.shown}.run` may end while the {kind} handler "
                    f"`{handler.method}` still waits, and drops it; first await "
                    "`workflow.wait_condition(workflow.all_handlers_finished)`"
                ),
            )
