"""Registers an instance of a workflow's class instead of the class.

## What breaks

The SDK makes an object of the class for each workflow that is started. A Worker takes classes:
given an object, `Worker(...)` raises, and the process does not start.

## Bad

```python
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return order


def make_worker(client: Client) -> Worker:
    return Worker(client, task_queue="orders", workflows=[OrderWorkflow()])
```

## Good

```python
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return order


def make_worker(client: Client) -> Worker:
    return Worker(client, task_queue="orders", workflows=[OrderWorkflow])
```

## Fix safety

`OrderWorkflow()` becomes `OrderWorkflow`, if it is called without arguments in the list itself. So
far `Worker(...)` has only raised: nothing that runs can change.

## What the SDK does

`Worker(...)` raises `ValueError: Workflow <unknown> missing attributes, was it decorated with
@workflow.defn?`

## References

* https://docs.temporal.io/develop/python/core-application#run-a-dev-worker
* https://python.temporal.io/temporalio.worker.Worker.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Api, ElementForm, Fixable, Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import FixView, Repair, WorkerView


class WorkflowInstance(Rule):
    code = "WFL554"
    name = "workflow-instance"
    severity = Severity.ERROR
    scope = Scope.WORKER
    fix = Fixable.SAFE
    since = "0.1"

    def check_worker(self, worker: WorkerView) -> Iterable[Report]:
        """The first element of the list that is an object."""
        for element in worker.workflows.elements:
            if element.form is ElementForm.OBJECT:
                yield Report(
                    f"`Worker()` raises, for `{element.shown}` is an object; "
                    "register the class of the workflow",
                    api=Api(use=element.shown),
                )

    def repair(self, at: FixView) -> Repair | None:
        """Take the call off the class, where it stands in the list."""
        given = next(
            (a for a in at.call.args if a.keyword and a.keyword.value == "workflows"), None
        )
        if given is None or not isinstance(given.value, (cst.List, cst.Tuple)) or at.api is None:
            return None
        for element in given.value.elements:
            call = element.value
            if not isinstance(call, cst.Call) or call.args or at.text(call) != at.api.use:
                continue
            if isinstance(call.func, (cst.Name, cst.Attribute)):
                return at.safe("Register the class", at.replace(call, at.text(call.func)))
        return None
