"""Creates a Worker with a client that connects lazily.

## What breaks

`Client.connect(..., lazy=True)` gives a client that connects when it is used first. A Worker needs
one that is connected: `Worker(...)` raises, and the process does not start, even if the client has
been used before.

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


async def make_worker() -> Worker:
    client = await Client.connect("localhost:7233", lazy=True)
    return Worker(client, task_queue="orders", workflows=[OrderWorkflow])
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


async def make_worker() -> Worker:
    client = await Client.connect("localhost:7233")
    return Worker(client, task_queue="orders", workflows=[OrderWorkflow])
```

## What the SDK does

`Worker(...)` raises `RuntimeError: Lazy clients cannot be used for workers`.

## References

* https://python.temporal.io/temporalio.client.Client.html#connect
* https://docs.temporal.io/develop/python/temporal-client
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import WorkerView


class LazyClientForWorker(Rule):
    code = "WFL564"
    name = "lazy-client-for-worker"
    severity = Severity.ERROR
    scope = Scope.WORKER
    since = "0.1"

    def check_worker(self, worker: WorkerView) -> Iterable[Report]:
        """A client that is connected in the same function or module."""
        client = worker.given.get("client")
        if client is None or client.made_by != "temporalio.client.Client.connect":
            return
        lazy = client.options.get("lazy")
        if lazy is not None and lazy.word == "True":
            yield Report(
                "`Worker()` raises, for its client is lazy; connect the client without `lazy=True`"
            )
