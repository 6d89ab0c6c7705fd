"""Connects its own client in an activity instead of using the Worker's.

## What breaks

Nothing at first. `Client.connect()` opens a connection, with its handshake, for each attempt of the
activity, and nothing closes it. Under load these are many, and each has its own idea of the
address, the namespace, the certificates and the data converter.

The Worker has a client already: `activity.client()` gives it to `async def` activities, since SDK
1.15. The rule is off by default, because an activity may well talk to another namespace.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client


@activity.defn
async def tell(order: str) -> None:
    client = await Client.connect("localhost:7233")
    await client.get_workflow_handle(order).signal("paid")


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            tell, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def tell(order: str) -> None:
    await activity.client().get_workflow_handle(order).signal("paid")


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            tell, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## What the SDK does

It connects.

## References

* https://python.temporal.io/temporalio.activity.html#client
* https://docs.temporal.io/develop/python/client/temporal-client
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CallView

_SINCE = (1, 15)


class ClientConnectInActivity(Rule):
    code = "WFL812"
    name = "client-connect-in-activity"
    severity = Severity.INFO
    scope = Scope.ASYNC_ACTIVITY
    since = "0.1"
    targets = frozenset({"temporalio.client.Client.connect"})

    def check_call(self, view: CallView) -> Iterable[Report]:
        """Every connection, where the SDK has something better."""
        if view.settings.target_sdk >= _SINCE:
            yield Report(
                f"`{view.shown}` opens a connection for each attempt; "
                "use the Worker's, `activity.client()`"
            )
