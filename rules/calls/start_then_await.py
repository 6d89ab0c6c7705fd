"""Starts an activity and awaits its handle at once, as `execute_activity` does.

## What breaks

Nothing. `await workflow.start_activity(...)` schedules the activity, gives a handle, and waits for
that right away: the same as `await workflow.execute_activity(...)`, and harder to read. Whoever
sees `start_activity` looks for the place where the result is awaited later. So the rule has to be
selected by its name.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def charge(order: str) -> str:
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.start_activity(
            charge, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def charge(order: str) -> str:
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            charge, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## Fix safety

`start_activity` becomes `execute_activity`, with the same arguments. Both schedule the activity in
the same workflow task with the same options, so the history stays what it is: the fix is safe.

## What the SDK does

`execute_activity()` itself is `await start_activity(...)`.

## References

* https://docs.temporal.io/develop/python/activities/execution
* https://python.temporal.io/temporalio.workflow.html#execute_activity
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Api, CallKind, Fixable, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CommandView, FixView, Repair

_PREFIX = "temporalio.workflow.start_"


class StartThenAwait(Rule):
    code = "WFL623"
    name = "start-then-await"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    fix = Fixable.SAFE
    since = "0.1"
    commands = frozenset({CallKind.ACTIVITY, CallKind.LOCAL_ACTIVITY})

    def check_command(self, at: CommandView) -> Iterable[Report]:
        """Only where the call itself is awaited."""
        if not at.call.awaited or not at.sdk.name.startswith(_PREFIX):
            return
        use = f"workflow.execute_{at.sdk.name.removeprefix(_PREFIX)}"
        yield Report(
            f"`await {at.call.shown}` waits for the result at once; use `{use}()`",
            api=Api(use, Fixable.SAFE),
        )

    def repair(self, at: FixView) -> Repair | None:
        """The same call by another name."""
        call = at.call
        if at.api is None or not (at.dotted_name(call.func) or "").startswith(_PREFIX):
            return None
        new = at.workflow(at.api.use.removeprefix("workflow."))
        return at.safe(f"Use `{at.api.use}`", at.replace(call.func, new))
