"""Registers a subclass of a workflow that is not a workflow itself.

## What breaks

``@workflow.defn`` counts for the class that it stands on, and no class inherits it. A Worker
refuses a subclass without one when it is made.

## Bad

```python
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return f"done: {order}"


class RushOrderWorkflow(OrderWorkflow):
    @workflow.run
    async def run(self, order: str) -> str:
        return f"rushed: {order}"


def make_worker(client: Client) -> Worker:
    return Worker(client, task_queue="orders", workflows=[OrderWorkflow, RushOrderWorkflow])
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
        return f"done: {order}"


@workflow.defn
class RushOrderWorkflow(OrderWorkflow):
    @workflow.run
    async def run(self, order: str) -> str:
        return f"rushed: {order}"


def make_worker(client: Client) -> Worker:
    return Worker(client, task_queue="orders", workflows=[OrderWorkflow, RushOrderWorkflow])
```

## What the SDK does

`ValueError: Workflow RushOrderWorkflow missing attributes, was it decorated with @workflow.defn?`,
when the Worker is made.

The rule is silent where a decorator, a call, a metaclass or ``__init_subclass__`` of the project
makes the class a workflow, and where one that it does not know may do so.

## References

* https://docs.temporal.io/develop/python/core-application#develop-workflows
* https://docs.temporal.io/workflows
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import WorkerView, WorkflowView


class MissingDefnOnSubclass(Rule):
    code = "WFL513"
    name = "missing-defn-on-subclass"
    severity = Severity.ERROR
    scope = Scope.RUN
    since = "0.1"

    def check_worker(self, worker: WorkerView) -> Iterable[PlacedReport]:
        """Each class that is surely registered, and inherits from a workflow."""
        for workflow in worker.registered_workflows:
            if workflow.is_unmade and workflow.base_workflow:
                yield PlacedReport(workflow.place, Report(_message(workflow)))


def _message(workflow: WorkflowView) -> str:
    return (
        f"`{workflow.shown}` inherits from the workflow `{workflow.base_workflow}` and has no "
        "`@workflow.defn` of its own: a Worker that registers it does not start; decorate it"
    )
