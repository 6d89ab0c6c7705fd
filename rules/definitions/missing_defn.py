"""Defines a class with a run method that nothing makes a workflow.

## What breaks

``@workflow.run`` alone makes no workflow: the class needs ``@workflow.defn``. Without it no Worker
takes the class, and no client can start it.

## Bad

```python
from temporalio import workflow


class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return f"done: {order}"
```

## Good

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return f"done: {order}"
```

## What the SDK does

Nothing when the module is imported; `ValueError: Workflow OrderWorkflow missing attributes, was it
decorated with @workflow.defn?`, when a Worker is given the class.

A class counts as a workflow if ``workflow.defn`` stands on it or on a class below it, or is called
with one of them, by a decorator of the project as well. Abstract classes are for others to derive
from. Where an unknown decorator stands on the class, the summary says so instead.

## References

* https://docs.temporal.io/develop/python/core-application#develop-workflows
* https://docs.temporal.io/workflows
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import ProjectView, WorkerView, WorkflowView


class MissingDefn(Rule):
    code = "WFL524"
    name = "missing-defn"
    severity = Severity.ERROR
    scope = Scope.ANY
    since = "0.1"

    def check_worker(self, worker: WorkerView) -> Iterable[PlacedReport]:
        """Each class that is surely registered, and is no workflow."""
        for workflow in worker.registered_workflows:
            if workflow.is_unmade and not workflow.base_workflow:
                message = (
                    f"`{workflow.shown}` has no `@workflow.defn`, and a Worker registers it: the "
                    "Worker does not start; decorate it"
                )
                yield PlacedReport(workflow.place, Report(message))

    def check_project(self, project: ProjectView) -> Iterable[PlacedReport]:
        """Each class with a run method that is neither a workflow nor a base of one."""
        for workflow in project.unmade:
            if workflow.is_unmade and _has_code_to_run(workflow):
                message = (
                    f"`{workflow.shown}` has a run method and no `@workflow.defn`: nothing makes "
                    "it a workflow, so that no Worker takes it; decorate it"
                )
                yield PlacedReport(workflow.place, Report(message))


def _has_code_to_run(workflow: WorkflowView) -> bool:
    """True if a class has a run method of the SDK, and does not leave it to others."""
    run = workflow.run if not workflow.is_abstract else None
    if run is None or not any(d.name == "temporalio.workflow.run" for d in run.decorators):
        return False
    return run.text is not None and not run.text.is_stub
