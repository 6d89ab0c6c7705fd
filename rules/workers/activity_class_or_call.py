"""Registers a class, a call's result, or another object that is not an activity.

## What breaks

A Worker registers what it can call: functions, methods of objects, and objects of a class that is
decorated with `@activity.defn` itself. A class is none of these, and `charge()` has already called
the activity, here in the Worker. `Worker(...)` raises, and the process does not start.

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
    return Worker(client, task_queue="orders", activities=[Payments])
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
    return Worker(client, task_queue="orders", activities=[Payments().charge])
```

## Fix safety

`charge()` becomes `charge`, and a class that is an activity is called to make an object, if that
takes no arguments. So far `Worker(...)` has only raised: nothing that runs can change.

## What the SDK does

`Worker(...)` raises `TypeError: Activity Payments missing attributes, was it decorated with
@activity.defn?`, or `Activity named charge is a class instead of an instance`.

## References

* https://docs.temporal.io/develop/python/core-application#run-a-dev-worker
* https://python.temporal.io/temporalio.worker.Worker.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Api, ElementForm, Fixable, PlacedReport, Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import ActivityView, FixView, ListElement, Repair, WorkerView

_MAKE = Api(use="()")


class ActivityClassOrCall(Rule):
    code = "WFL553"
    name = "activity-class-or-call"
    severity = Severity.ERROR
    scope = Scope.WORKER
    fix = Fixable.SAFE
    since = "0.1"

    def check_worker(self, worker: WorkerView) -> Iterable[PlacedReport]:
        """Each element of the list that no Worker takes."""
        for element in worker.activities.elements:
            message = _message(element)
            place = element.find_place() or worker.place if message else None
            if place is not None:
                can_make = element.needs_nothing and element.definition is not None
                yield PlacedReport(place, Report(message, api=_MAKE if can_make else None))

    def repair(self, at: FixView) -> Repair | None:
        """Take the call off, or make an object of a class that is an activity."""
        if at.api is not None:
            return at.safe("Make an object", at.insert_after(at.node, at.api.use))
        if not isinstance(at.node, cst.Call) or at.node.args or not _is_name(at.node.func):
            return None
        if at.dotted_name(at.node.func) or not at.means_one_thing(at.node.func):
            return None
        return at.safe("Register the activity", at.replace(at.node, at.text(at.node.func)))


def _message(element: ListElement[ActivityView]) -> str:
    shown, activity = element.shown, element.definition
    if element.form is ElementForm.CALLED and activity is not None:
        return (
            f"`Worker()` raises, for `{shown}` is what the activity `{activity.shown}` returns; "
            "register the activity itself"
        )
    if element.form is ElementForm.CLASS:
        advice = (
            "register its methods, bound to an object" if activity is None else "make an object"
        )
        return f"`Worker()` raises, for `{shown}` is a class; {advice}"
    if element.form is ElementForm.OBJECT and activity is None:
        return (
            f"`Worker()` raises, for `{shown}` is an object whose class is no activity; "
            "register its methods one by one"
        )
    return ""


def _is_name(node: cst.BaseExpression) -> bool:
    return isinstance(node, (cst.Name, cst.Attribute))
