"""Defines a workflow without a run method: the class cannot be created.

## What breaks

``@workflow.defn`` looks for the method with ``@workflow.run`` when the class is defined. Where
there is none, it raises, and with it the import of the module: no Worker starts.

## Bad

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
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

`ValueError: Invalid workflow class: Missing @workflow.run method`, when the module is imported.

The rule is silent where a base class, a metaclass or another decorator may add the method.

## References

* https://docs.temporal.io/develop/python/core-application#develop-workflows
* https://docs.temporal.io/workflows
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import NOT_IMPORTED, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import WorkflowView


class MissingRun(Rule):
    code = "WFL501"
    name = "missing-run"
    severity = Severity.ERROR
    scope = Scope.RUN
    since = "0.1"

    def check_workflow(self, workflow: WorkflowView) -> Iterable[Report]:
        """A class that `workflow.defn` is given, and all of whose methods are known."""
        lost = any(lost.base.kind is Scope.RUN for lost in workflow.lost_handlers)
        if not workflow.runs and not lost and workflow.is_seen_whole:
            yield Report(
                f"the workflow `{workflow.shown}` has no method with `@workflow.run`: the SDK "
                f"refuses the class, and {NOT_IMPORTED}"
            )
