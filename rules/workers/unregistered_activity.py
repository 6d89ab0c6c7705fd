"""Calls an activity that no Worker of the project registers.

## What breaks

The server hands the activity task to a Worker that listens on the task queue. If that does not know
the activity, the attempt fails, and the next one is made: until the timeouts run out, or for ever.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker


@activity.defn
async def charge(order: str) -> str:
    return f"payment-{order}"


@activity.defn
async def refund(order: str) -> str:
    return f"refund-{order}"


@workflow.defn
class RefundWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            refund, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )


def make_worker(client: Client) -> Worker:
    return Worker(client, task_queue="orders", workflows=[RefundWorkflow], activities=[charge])
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker


@activity.defn
async def refund(order: str) -> str:
    return f"refund-{order}"


@workflow.defn
class RefundWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            refund, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )


def make_worker(client: Client) -> Worker:
    return Worker(client, task_queue="orders", workflows=[RefundWorkflow], activities=[refund])
```

## What the SDK does

The Worker answers with an error that is retried: `NotFoundError: Activity function refund for
workflow ... is not registered on this worker`.

The rule is silent where it cannot read all of what the Workers of the project register, where one
of them has a dynamic activity, and where only tests make Workers. A Worker of another project may
still have the activity: so the rule has to be selected by its name.

## References

* https://docs.temporal.io/develop/python/core-application#run-a-dev-worker
* https://docs.temporal.io/workers
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import CallKind, PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import ActivityView, ProjectView

_CALLS = frozenset({CallKind.ACTIVITY, CallKind.LOCAL_ACTIVITY})


class UnregisteredActivity(Rule):
    code = "WFL559"
    name = "unregistered-activity"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    since = "0.1"

    def check_project(self, project: ProjectView) -> Iterable[PlacedReport]:
        """Compare what workflow code calls with what all Workers register together."""
        registered = _registered(project)
        if registered is None:
            return
        names = {activity.name for activity in registered}
        for command, place in project.commands:
            called = project.activity_of(command) if command.kind in _CALLS else None
            if called is None or called in registered or called.name in {"", *names}:
                continue
            message = (
                f"no Worker of the project registers `{called.shown}`: "
                "the activity is tried again and again until its timeouts run out"
            )
            yield PlacedReport(place, Report(message))


def _registered(project: ProjectView) -> set[ActivityView] | None:
    """Return all activities that are registered; ``None`` where there may be any others."""
    own = [worker for worker in project.workers if not worker.in_test]
    if not own or not project.others.is_closed:
        return None
    if not all(worker.activities.is_closed for worker in own):
        return None
    found = set(project.others.items).union(*(w.activities.items for w in project.workers))
    if any(activity.is_dynamic or not activity.name for activity in found):
        return None
    return found
