"""Passes a Worker an `InterpreterPoolExecutor` to run activities in.

## What breaks

Subinterpreters share neither the context of an activity nor its cancellation with the Worker. The
SDK does not support them: `Worker(...)` raises, and the process does not start.

## Bad

```python
from concurrent.futures import InterpreterPoolExecutor

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
        activity_executor=InterpreterPoolExecutor(max_workers=4),
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
        activity_executor=ThreadPoolExecutor(max_workers=4),
    )
```

## What the SDK does

`Worker(...)` raises `ValueError: InterpreterPoolExecutor is not supported as an activity_executor.
Use ThreadPoolExecutor or ProcessPoolExecutor instead.` (1.35 on Python 3.14). Before, the Worker
took it, since it is a subclass of `ThreadPoolExecutor`, and the activities failed.

## References

* https://docs.temporal.io/develop/python/python-sdk-sync-vs-async
* https://docs.python.org/3/library/concurrent.futures.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

from ._executors import INTERPRETERS, made_by

if TYPE_CHECKING:
    from wflint.rule import WorkerView


class InterpreterPool(Rule):
    code = "WFL556"
    name = "interpreter-pool"
    severity = Severity.ERROR
    scope = Scope.WORKER
    since = "0.1"

    def check_worker(self, worker: WorkerView) -> Iterable[Report]:
        """An executor of subinterpreters, whatever would run in it."""
        if made_by(worker) == INTERPRETERS:
            yield Report(
                "`Worker()` raises, for activities cannot run in an `InterpreterPoolExecutor`; "
                "use a `ThreadPoolExecutor` or a `ProcessPoolExecutor`"
            )
