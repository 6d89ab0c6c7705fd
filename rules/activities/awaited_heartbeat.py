"""Awaits `activity.heartbeat()`, which is a plain function.

## What breaks

`activity.heartbeat()` hands the heartbeat to the SDK and returns `None`, at once. `await None` is a
`TypeError`, so the activity fails at its first heartbeat, and fails again each time it is retried.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def copy_rows(count: int) -> None:
    for row in range(count):
        await activity.heartbeat(row)


@workflow.defn
class CopyWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            copy_rows,
            100,
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=timedelta(seconds=30),
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def copy_rows(count: int) -> None:
    for row in range(count):
        activity.heartbeat(row)


@workflow.defn
class CopyWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            copy_rows,
            100,
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=timedelta(seconds=30),
        )
```

## Fix safety

The `await` goes. The code could only fail so far, and activities are not replayed: the fix is safe.

## What the SDK does

Python raises `TypeError: object NoneType can't be used in 'await' expression` after the heartbeat
has been handed over. `AsyncActivityHandle.heartbeat()` of a client is a coroutine, and is awaited.

## References

* https://docs.temporal.io/develop/python/activities/timeouts#activity-heartbeats
* https://python.temporal.io/temporalio.activity.html#heartbeat
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Fixable, Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import CallView, FixView, Repair


class AwaitedHeartbeat(Rule):
    code = "WFL804"
    name = "awaited-heartbeat"
    severity = Severity.ERROR
    scope = Scope.ACTIVITY
    fix = Fixable.SAFE
    since = "0.1"
    targets = frozenset({"temporalio.activity.heartbeat"})

    def check_call(self, view: CallView) -> Iterable[Report]:
        """Every heartbeat that is the operand of `await`."""
        if view.awaited:
            yield Report(
                f"`{view.shown}` returns None, and `await None` fails the activity; "
                "call it without `await`"
            )

    def repair(self, at: FixView) -> Repair | None:
        """The call stays alone."""
        awaited = at.parent()
        if not isinstance(awaited, cst.Await):
            return None
        return at.safe("Remove the `await`", at.replace(awaited, at.whole(at.call)))
