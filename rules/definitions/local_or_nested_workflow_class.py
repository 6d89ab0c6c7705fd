"""Defines a workflow class inside a function or another class: it cannot be created.

## What breaks

The sandbox imports the module again and looks the class up by its name, so the class has to stand
at the top of the module. ``@workflow.run`` refuses methods of classes inside functions,
``@workflow.defn`` refuses classes inside classes.

## Bad

```python
from temporalio import workflow


def make_workflow(prefix: str) -> type:
    @workflow.defn
    class OrderWorkflow:
        @workflow.run
        async def run(self, order: str) -> str:
            return f"{prefix}: {order}"

    return OrderWorkflow


ORDER_WORKFLOW = make_workflow("done")
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

`ValueError: Local classes unsupported, @workflow.run cannot be on a local class`, when the function
is called; of a class inside another one `ValueError: Invalid workflow class: @workflow.run method
run must be defined on Orders.OrderWorkflow`, when the module is imported.

A class in a function of a test is not reported: such a test wants to see the error.

## References

* https://docs.temporal.io/develop/python/core-application#develop-workflows
* https://docs.temporal.io/workflows
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import DecoratedView


class LocalOrNestedWorkflowClass(Rule):
    code = "WFL505"
    name = "local-or-nested-workflow-class"
    severity = Severity.ERROR
    scope = Scope.RUN
    since = "0.1"

    def check_decorated(self, at: DecoratedView) -> Iterable[Report]:
        """Each class with `workflow.defn` that does not stand at the top of its module."""
        if not at.is_class or not at.has("temporalio.workflow.defn"):
            return
        if at.is_local or at.owner:
            place = "a function" if at.is_local else f"the class `{at.owner}`"
            yield Report(
                f"the workflow `{at.name}` is defined in {place}, and the SDK refuses it: the "
                "sandbox could not find it by its name; move it to the top of the module"
            )
