"""Allows more concurrent activities in a Worker than its executor has threads.

## What breaks

An activity that the Worker has taken and that no thread is free for waits in the executor. It has
begun for the server, its timeouts run, and no other Worker can take it: it may time out before its
first line has run.

## Bad

```python
from concurrent.futures import ThreadPoolExecutor

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker


@activity.defn
def charge(order: str) -> str:
    return f"payment-{order}"


def make_worker(client: Client) -> Worker:
    return Worker(
        client,
        task_queue="orders",
        activities=[charge],
        activity_executor=ThreadPoolExecutor(max_workers=10),
        max_concurrent_activities=50,
    )
```

## Good

```python
from concurrent.futures import ThreadPoolExecutor

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker


@activity.defn
def charge(order: str) -> str:
    return f"payment-{order}"


def make_worker(client: Client) -> Worker:
    return Worker(
        client,
        task_queue="orders",
        activities=[charge],
        activity_executor=ThreadPoolExecutor(max_workers=50),
        max_concurrent_activities=50,
    )
```

## What the SDK does

It warns when the Worker is made: `Worker max_concurrent_activities is 50 but activity_executor's
max_workers is only 10`. Where `max_concurrent_activities` is not given, it is 100, and there is no
warning. This rule is silent there as well: it compares two numbers that are written down.

## References

* https://docs.temporal.io/develop/worker-performance
* https://python.temporal.io/temporalio.worker.Worker.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

from ._executors import sync_activities, threads

if TYPE_CHECKING:
    from wflint.rule import WorkerView


class ExecutorTooSmall(Rule):
    code = "WFL557"
    name = "executor-too-small"
    severity = Severity.WARNING
    scope = Scope.WORKER
    since = "0.1"

    def check_worker(self, worker: WorkerView) -> Iterable[Report]:
        """Two numbers that are both known, as the SDK compares them."""
        wanted = worker.given.get("max_concurrent_activities")
        most, number = wanted.number if wanted is not None else None, threads(worker)
        if worker.changed or not sync_activities(worker) or not worker.lacks("tuner"):
            return
        if most is not None and number is not None and number < most:
            yield Report(
                f"the Worker takes {most} activities at a time, and its executor runs {number}: "
                "the others wait in it while their timeouts run; give both the same number"
            )
