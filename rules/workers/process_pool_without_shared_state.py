"""Runs plain `def` activities in processes, without a `shared_state_manager`.

## What breaks

An activity in another process hears of its cancellation, and sends its heartbeats, through objects
that a `SharedStateManager` shares with that process. Only a `ThreadPoolExecutor` can do without.
`Worker(...)` raises, and the service does not start.

## Bad

```python
from concurrent.futures import ProcessPoolExecutor

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
        activity_executor=ProcessPoolExecutor(max_workers=4),
    )
```

## Good

```python
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import SharedStateManager, Worker


@activity.defn
def charge(order: str) -> str:
    return f"payment-{order}"


def make_worker(client: Client) -> Worker:
    return Worker(
        client,
        task_queue="orders",
        activities=[charge],
        activity_executor=ProcessPoolExecutor(max_workers=4),
        shared_state_manager=SharedStateManager.create_from_multiprocessing(
            multiprocessing.Manager()
        ),
    )
```

## What the SDK does

`Worker(...)` raises `ValueError: Activity charge is not async and executor is not thread-pool
executor, so a shared_state_manager must be present`.

## References

* https://docs.temporal.io/develop/python/python-sdk-sync-vs-async
* https://python.temporal.io/temporalio.worker.SharedStateManager.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

from ._executors import PROCESSES, made_by, sync_activities

if TYPE_CHECKING:
    from wflint.rule import WorkerView


class ProcessPoolWithoutSharedState(Rule):
    code = "WFL555"
    name = "process-pool-without-shared-state"
    severity = Severity.ERROR
    scope = Scope.WORKER
    since = "0.1"

    def check_worker(self, worker: WorkerView) -> Iterable[Report]:
        """An executor of processes, and an activity that would run in it."""
        if made_by(worker) != PROCESSES or not worker.lacks("shared_state_manager"):
            return
        for activity in sync_activities(worker)[:1]:
            yield Report(
                f"`Worker()` raises, for `{activity.shown}` would run in another process, and "
                "there is no `shared_state_manager`; give it one, or use a `ThreadPoolExecutor`"
            )
