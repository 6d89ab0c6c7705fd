"""Runs a Worker with `debug_mode=True`.

## What breaks

Debug mode is for a debugger: it switches off the detection of deadlocks, and lets `breakpoint()`
through the sandbox. A workflow that blocks its thread is then not stopped after two seconds with a
`DeadlockError`: it keeps the thread, silently and for as long as it likes.

## Bad

```python
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return order


def make_worker(client: Client) -> Worker:
    return Worker(client, task_queue="orders", workflows=[OrderWorkflow], debug_mode=True)
```

## Good

```python
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return order


def make_worker(client: Client) -> Worker:
    return Worker(client, task_queue="orders", workflows=[OrderWorkflow])
```

## What the SDK does

It does what it is told, without a warning. `TEMPORAL_DEBUG=1` in the environment has the same
effect, and is gone when the debugger is.

## References

* https://docs.temporal.io/develop/python/best-practices/debugging
* https://python.temporal.io/temporalio.worker.Worker.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import WorkerView


class DebugMode(Rule):
    code = "WFL561"
    name = "debug-mode"
    severity = Severity.WARNING
    scope = Scope.WORKER
    since = "0.1"

    def check_worker(self, worker: WorkerView) -> Iterable[Report]:
        """The option, given as the literal `True`."""
        if worker.debug_mode is True:
            yield Report(
                "`debug_mode=True` switches off the detection of deadlocks; leave it out, and set "
                "`TEMPORAL_DEBUG=1` in the environment of the debugger"
            )
