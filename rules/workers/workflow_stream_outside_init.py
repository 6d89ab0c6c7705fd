"""Creates a `WorkflowStream` anywhere but directly in `__init__`.

## What breaks

A stream registers its handlers when it is made, and messages may come with the first task, before
`run` has begun. The SDK therefore takes it only in `__init__`: anywhere else `WorkflowStream()`
raises, the workflow *task* fails and is retried for ever; the workflow does not fail.

## Bad

```python
from temporalio import workflow
from temporalio.contrib.workflow_streams import WorkflowStream


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        self.stream = WorkflowStream()
```

## Good

```python
from temporalio import workflow
from temporalio.contrib.workflow_streams import WorkflowStream


@workflow.defn
class OrderWorkflow:
    @workflow.init
    def __init__(self) -> None:
        self.stream = WorkflowStream()

    @workflow.run
    async def run(self) -> None:
        return None
```

## What the SDK does

It looks at the name of the function that makes the stream: `RuntimeError: WorkflowStream must be
constructed directly from the workflow's @workflow.init method, not from 'run'.` So the `__init__`
of a helper object, which the workflow makes in its own `__init__`, is good enough.

## References

* https://python.temporal.io/temporalio.contrib.workflow_streams.html
* https://docs.temporal.io/develop/python/workflows/message-passing
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CallView


class WorkflowStreamOutsideInit(Rule):
    code = "WFL566"
    name = "workflow-stream-outside-init"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"
    targets = frozenset({"temporalio.contrib.workflow_streams.WorkflowStream"})

    def check_call(self, view: CallView) -> Iterable[Report]:
        """Every call in a function of another name."""
        if view.is_call and view.function.name != "__init__":
            yield Report(
                f"`{view.shown}` raises outside of `__init__`: the workflow task fails and is "
                "retried for ever; make the stream in `__init__`"
            )
