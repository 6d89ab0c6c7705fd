"""Calls the run method of another workflow instead of starting it as a child.

## What breaks

`await Child().run(x)` runs the code of the child inside the workflow that calls it. There is no
child workflow: it has no id and no history of its own, it cannot be signalled, queried or
cancelled, and its signals and timeouts do not exist.

## Bad

```python
from temporalio import workflow


@workflow.defn
class ShipmentWorkflow:
    @workflow.run
    async def run(self) -> str:
        return "shipped"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await ShipmentWorkflow().run()
```

## Good

```python
from temporalio import workflow


@workflow.defn
class ShipmentWorkflow:
    @workflow.run
    async def run(self) -> str:
        return "shipped"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_child_workflow(ShipmentWorkflow.run, id="shipment-1")
```

## What the SDK does

Nothing: the call is accepted, and the code runs in place.

An object of a class that is no workflow, with a method that is marked for the workflows that derive
from it, may run in one like any other.

## References

* https://docs.temporal.io/develop/python/workflows/child-workflows
* https://docs.temporal.io/child-workflows
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Kind, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CallView


class ChildRunCalledDirectly(Rule):
    code = "WFL611"
    name = "child-run-called-directly"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"
    own_calls = True

    def check_own_call(self, view: CallView) -> Iterable[Report]:
        """A workflow may call the run method that it inherits."""
        callee = view.callee
        if callee is None or not callee.is_workflow_run or _is_inherited(view):
            return
        yield Report(
            f"`{view.shown}` runs the other workflow's code inside this one, without its own id, "
            "history, signals and cancellation; use "
            f"`await workflow.execute_child_workflow({callee.qualname}, ...)`"
        )


def _is_inherited(view: CallView) -> bool:
    """`self.run(x)`, `super().run(x)`, `Base.run(self, x)`; `flow.run(x)` where that is `self`."""
    if view.call is None:
        return False
    if view.may_be_on_workflow:
        return True
    target = view.call.target
    if target.kind in (Kind.SELF, Kind.SUPER, Kind.CLS):
        return len(target.path) == 1
    receiver = view.positional[0].value.ref if view.positional else None
    if receiver is None or receiver.path:
        return False
    return receiver.kind is Kind.SELF or view.lookups.may_be_workflow(receiver)
