"""Registers two activities, or two workflows, under the same name.

## What breaks

A task names what it wants run, and a Worker looks it up by that name. Two of the same name cannot
be told apart: `Worker(...)` raises, and the process does not start. The name is that of the
function or class, unless `@activity.defn(name=...)` or `@workflow.defn(name=...)` gives another.

## Bad

```python
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker


@activity.defn
async def charge(order: str) -> str:
    return f"payment-{order}"


@activity.defn(name="charge")
async def charge_card(order: str) -> str:
    return f"card-payment-{order}"


def make_worker(client: Client) -> Worker:
    return Worker(client, task_queue="orders", activities=[charge, charge_card])
```

## Good

```python
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker


@activity.defn
async def charge(order: str) -> str:
    return f"payment-{order}"


@activity.defn
async def charge_card(order: str) -> str:
    return f"card-payment-{order}"


def make_worker(client: Client) -> Worker:
    return Worker(client, task_queue="orders", activities=[charge, charge_card])
```

## What the SDK does

`Worker(...)` raises `ValueError: More than one activity named charge`, `ValueError: More than one
workflow named ...`, or `TypeError: More than one dynamic activity`.

The rule counts what the list surely has: not what is added under a condition, nor what one of
several callers gives.

## References

* https://docs.temporal.io/develop/python/core-application#run-a-dev-worker
* https://python.temporal.io/temporalio.worker.Worker.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import ElementForm, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import ActivityView, ListElement, WorkerView, WorkflowView


class DuplicateRegistration(Rule):
    code = "WFL558"
    name = "duplicate-registration"
    severity = Severity.ERROR
    scope = Scope.WORKER
    since = "0.1"

    def check_worker(self, worker: WorkerView) -> Iterable[Report]:
        """The first name that comes twice in one of the lists."""
        listed = (worker.activities.elements, "activity"), (worker.workflows.elements, "workflow")
        for elements, kind in listed:
            seen: dict[str, str] = {}
            for element in elements:
                what = _what(element, kind)
                if what in seen:
                    both = f"`{seen[what]}` and `{element.shown}` are both {what}"
                    twice = f"`{element.shown}` is listed twice"
                    reason = twice if seen[what] == element.shown else both
                    yield Report(
                        f"`Worker()` raises, for {reason}; leave one of them out, or give it "
                        "another name"
                    )
                    return
                if what:
                    seen[what] = element.shown


def _what(element: ListElement[ActivityView] | ListElement[WorkflowView], kind: str) -> str:
    """Return what an element is looked up by, if it surely is in the list, and can be."""
    found = element.definition
    is_refused = element.form is (ElementForm.OBJECT if kind == "workflow" else ElementForm.CLASS)
    if found is None or is_refused or not element.is_sure or element.form is ElementForm.CALLED:
        return ""
    if found.is_dynamic:
        return f"a dynamic {kind}"
    return f"the {kind} `{found.name}`" if found.name else ""
