"""Starts a workflow without an id or task queue, or a Worker without a task queue.

## What breaks

A client must say which id a workflow gets and which task queue its Workers listen on, and a Worker
which task queue it listens on. The SDK has no default for either: the call raises a `TypeError`.

## Bad

```python
from temporalio import workflow
from temporalio.client import Client


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return order


async def start(client: Client) -> str:
    return await client.execute_workflow(OrderWorkflow.run, "order-1", task_queue="orders")
```

## Good

```python
from temporalio import workflow
from temporalio.client import Client


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return order


async def start(client: Client) -> str:
    return await client.execute_workflow(
        OrderWorkflow.run, "order-1", id="order-1", task_queue="orders"
    )
```

## What the SDK does

It raises `TypeError: Client.execute_workflow() missing 1 required keyword-only argument: 'id'`, for
a Worker `TypeError: Worker.__init__() missing 1 required keyword-only argument: 'task_queue'`, and
for a schedule `ValueError: ID required` or `Task queue required`. A child workflow needs neither.

## References

* https://docs.temporal.io/develop/python/temporal-client#start-workflow-execution
* https://python.temporal.io/temporalio.client.Client.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import CallKind, Report, Rule, RuleSettings, Scope, Severity, last_words, names_of

from ..calls._requests import written_requests

if TYPE_CHECKING:
    from wflint.rule import CommandView, WorkerView

_NEEDED = frozenset({"id", "task_queue"})


class MissingIdOrTaskQueue(Rule):
    code = "WFL563"
    name = "missing-id-or-task-queue"
    severity = Severity.ERROR
    scope = Scope.ANY
    since = "0.1"
    commands = frozenset({CallKind.ACTIVITY, CallKind.WORKFLOW})
    called = last_words(names_of(*commands, prefix=""))

    @classmethod
    def suspicious(cls, source: str, settings: RuleSettings) -> bool:
        """True if a request of a client seems to lack one of the two."""
        requests = written_requests(source, cls.called)
        return any(call.is_open or not call.keywords >= _NEEDED for call in requests)

    def check_command(self, at: CommandView) -> Iterable[Report]:
        """A request of a client that starts something."""
        call = at.call
        if at.sdk.in_workflow or call.spread or "raw_info" in call.keywords:
            return
        missing = [f"`{name}`" for name in sorted(_NEEDED) if name not in call.keywords]
        if missing:
            yield Report(f"`{call.shown}` raises, for it needs {' and '.join(missing)}; give it")

    def check_worker(self, worker: WorkerView) -> Iterable[Report]:
        """A Worker that listens on nothing."""
        if not worker.changed and "task_queue" not in worker.options:
            yield Report("`Worker()` raises, for it needs a `task_queue`; give it")
