"""Inherits the run method of a workflow: the class cannot be created.

## What breaks

The SDK wants the run method in the class that ``@workflow.defn`` stands on. A base class may have
one as well, but each workflow has to override it, with ``@workflow.run``.

## Bad

```python
from temporalio import workflow


class Base:
    @workflow.run
    async def run(self, order: str) -> str:
        return self.describe(order)

    def describe(self, order: str) -> str:
        return f"done: {order}"


@workflow.defn
class OrderWorkflow(Base):
    def describe(self, order: str) -> str:
        return f"shipped: {order}"
```

## Good

```python
from temporalio import workflow


class Base:
    @workflow.run
    async def run(self, order: str) -> str:
        return self.describe(order)

    def describe(self, order: str) -> str:
        return f"done: {order}"


@workflow.defn
class OrderWorkflow(Base):
    @workflow.run
    async def run(self, order: str) -> str:
        return await super().run(order)

    def describe(self, order: str) -> str:
        return f"shipped: {order}"
```

## What the SDK does

`ValueError: Invalid workflow class for 2 reasons: @workflow.run method run must be defined on
OrderWorkflow, @workflow.run defined on Base.run but not on the override`, when the module is
imported.

The rule is silent where a decorator, a metaclass or ``__init_subclass__`` may add the method.

## References

* https://docs.temporal.io/develop/python/core-application#develop-workflows
* https://docs.temporal.io/workflows
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import WorkflowView


class RunOnlyOnBase(Rule):
    code = "WFL504"
    name = "run-only-on-base"
    severity = Severity.ERROR
    scope = Scope.RUN
    since = "0.1"

    def check_workflow(self, workflow: WorkflowView) -> Iterable[Report]:
        """A class that `workflow.defn` is given, and whose run method stands in a base."""
        run = workflow.run
        if run is None or any(workflow.defines(one) for one in workflow.runs):
            return
        base = run.owner.rpartition(".")[2]
        if base != workflow.cls.qualname.rpartition(".")[2] and workflow.is_seen_whole:
            yield Report(
                f"the workflow `{workflow.shown}` only inherits `{base}.{run.method}`, and the SDK "
                "wants a run method in the class itself: override it, with `@workflow.run`"
            )
