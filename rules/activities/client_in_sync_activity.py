"""Uses the Worker's client in a plain `def` activity, which has none.

## What breaks

`activity.client()` gives the client that the Worker uses, and that belongs to the Worker's event
loop. A plain `def` activity runs in a thread or process beside it, where the client cannot be used:
the call raises `RuntimeError`, and the activity fails at each attempt.

Make the activity `async def`, or give a client to the object whose method the activity is.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
def notify(order: str) -> str:
    client = activity.client()
    return f"{order} in {client.namespace}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            notify, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def notify(order: str) -> str:
    client = activity.client()
    return f"{order} in {client.namespace}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            notify, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## What the SDK does

It raises `RuntimeError: No client available. The client is only available in async def activities;
not in def activities`.

## References

* https://docs.temporal.io/develop/python/python-sdk-sync-vs-async
* https://python.temporal.io/temporalio.activity.html#client
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CallView


class ClientInSyncActivity(Rule):
    code = "WFL807"
    name = "client-in-sync-activity"
    severity = Severity.ERROR
    scope = Scope.SYNC_ACTIVITY
    since = "0.1"
    targets = frozenset({"temporalio.activity.client"})

    def check_call(self, view: CallView) -> Iterable[Report]:
        """Every call that a plain activity leads to."""
        yield Report(
            f"`{view.shown}` raises in a plain `def` activity, which has no client; "
            "make the activity `async def`, or give it a client"
        )
