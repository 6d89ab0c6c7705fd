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

## Fix safety

The fix waits for the handlers before each `return` of the run method, before it continues as new,
and at its end. It is unsafe: only a person can tell that each handler comes to an end. Where the
run method stands in another class than the handler, or continues as new in a helper, there is
more to do.

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

from wflint.rule import Fixable, PlacedReport, Report, Rule, Scope, Severity

from ._endings import endings

if TYPE_CHECKING:
    from wflint.rule import FixView, Repair, WorkflowView

_RUN = "temporalio.workflow.run"


class UnfinishedHandlers(Rule):
    code = "WFL412"
    name = "unfinished-handlers"
    severity = Severity.WARNING
    scope = Scope.SIGNAL | Scope.UPDATE
    fix = Fixable.UNSAFE
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

    def repair(self, at: FixView) -> Repair | None:
        """Wait wherever the run method of the class ends."""
        for method in at.methods():
            if any(at.dotted_name(d.decorator) == _RUN for d in method.decorators):
                run = at.with_body(method)
                name = run.imported("temporalio.workflow")
                wait = f"await {name}.wait_condition({name}.all_handlers_finished)"
                edits = endings(run, wait)
                return run.unsafe("Wait for handlers in the run method", *edits) if edits else None
        return None
