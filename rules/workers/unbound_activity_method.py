"""Registers a method of a class as an activity without an instance to call it on.

## What breaks

`Payments.charge` is a plain function whose first parameter is `self`. The Worker calls it with what
the workflow has sent, which arrives as `self`: an argument is missing, and the attempt fails with a
`TypeError`. It is tried again until the timeouts of the activity run out, or for ever.

## Bad

```python
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker


class Payments:
    @activity.defn
    async def charge(self, order: str) -> str:
        return f"payment-{order}"


def make_worker(client: Client) -> Worker:
    return Worker(client, task_queue="orders", activities=[Payments.charge])
```

## Good

```python
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker


class Payments:
    @activity.defn
    async def charge(self, order: str) -> str:
        return f"payment-{order}"


def make_worker(client: Client) -> Worker:
    payments = Payments()
    return Worker(client, task_queue="orders", activities=[payments.charge])
```

## What the SDK does

Since 1.35 it warns: `Activity named charge has a first parameter named self but is not bound to an
instance, did you mean to register it from an instance of the class?` Before, it said nothing.

In a workflow, `workflow.execute_activity_method(Payments.charge, ...)` is right: there the method
only names the activity. A method without `self` in a class that is a mere namespace can be
registered as it is.

## References

* https://docs.temporal.io/develop/python/core-application#activity-definition
* https://python.temporal.io/temporalio.worker.Worker.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import ElementForm, PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import WorkerView


class UnboundActivityMethod(Rule):
    code = "WFL552"
    name = "unbound-activity-method"
    severity = Severity.ERROR
    scope = Scope.WORKER
    since = "0.1"

    def check_worker(self, worker: WorkerView) -> Iterable[PlacedReport]:
        """Each method that the list takes from its class."""
        for element in worker.activities.elements:
            if element.form is not ElementForm.UNBOUND or element.definition is None:
                continue
            message = (
                f"`{element.shown}` has no object: what the workflow sends arrives as `self`, and "
                "each attempt fails with a `TypeError`; register the method of an object"
            )
            yield PlacedReport(element.find_place() or worker.place, Report(message))
