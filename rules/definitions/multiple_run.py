"""Defines several run methods in a workflow: the class cannot be created.

## What breaks

A workflow begins in one place. A second method with ``@workflow.run``, also one that a base class
has under another name, makes ``@workflow.defn`` refuse the class. What clients send to a workflow
that runs is a signal, a query or an update.

## Bad

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return f"done: {order}"

    @workflow.run
    async def run_again(self, order: str) -> str:
        return f"done again: {order}"
```

## Good

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return await self.run_again(order)

    async def run_again(self, order: str) -> str:
        return f"done again: {order}"
```

## What the SDK does

`ValueError: Invalid workflow class: Multiple @workflow.run methods found (at least on run_again and
run)`, when the module is imported. One of a base class: `@workflow.run method start must be defined
on OrderWorkflow`.

The rule is silent about methods that are defined in a branch of the class body, or deleted in it.

## References

* https://docs.temporal.io/develop/python/core-application#develop-workflows
* https://docs.temporal.io/workflows
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import HandlerView, WorkflowView


class MultipleRun(Rule):
    code = "WFL503"
    name = "multiple-run"
    severity = Severity.ERROR
    scope = Scope.RUN
    since = "0.1"

    def check_workflow(self, workflow: WorkflowView) -> Iterable[PlacedReport]:
        """Each run method of the class beside the first, which a base class may have."""
        if not workflow.is_given_to_sdk:
            return
        runs = [run for run in workflow.runs if _is_marked(run) and run.is_there]
        own = sorted(
            (run for run in runs if workflow.defines(run)), key=lambda run: run.function.head.start
        )
        inherited = [run for run in runs if run not in own]
        first = next(iter(inherited if inherited and len(own) == 1 else own), None)
        for run in own if first is not None else ():
            if first is not None and run.method != first.method:
                message = (
                    f"`{first.owner}.{first.method}` is the run method of `{workflow.shown}` "
                    "already, and the SDK refuses a class with two; leave one of them undecorated"
                )
                yield PlacedReport(run.place, Report(message))


def _is_marked(run: HandlerView) -> bool:
    return any(decorator.name == "temporalio.workflow.run" for decorator in run.decorators)
